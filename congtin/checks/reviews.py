"""What a person looks at before approving: contacts of private persons, names of files, words of pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from congtin.catalogue.source import Item
from congtin.checks.personal import inspect_contacts
from congtin.checks.registry import Repository
from congtin.checks.review import review
from congtin.checks.secrecy import has_secret_name
from congtin.errors import Problem, Severity
from congtin.messages import msg
from congtin.strict_yaml import line_of

_FILE_NAME = re.compile(r"[\w-]+\.(?:png|jpe?g|gif|webp)|(?:img|dsc|image|anh|hinh)[ _-]?\d+", re.IGNORECASE)
_NOTHING_SAID = frozenset({"ảnh", "hình", "hình ảnh", "ảnh minh họa", "minh họa", "image", "photo", "picture", "logo"})


@review("contacts")
def check_contacts(repository: Repository, item: Item) -> Iterator[Problem]:
    """Yield mobile numbers and e-mail addresses that are no office's (D6, H2)."""
    for source in item.sources():
        yield from inspect_contacts(
            source.path, repository.text(source.path), repository.network, lambda: repository.official_contacts
        )


@review("secret-names")
def check_secret_names(repository: Repository, item: Item) -> Iterator[Problem]:
    """Yield files that are named as a secret paper would be (E24)."""
    names = {item.original.path: item.original.where.slug, **{file.path: file.name for file in item.media.values()}}
    for path, name in names.items():
        if has_secret_name(name):
            text = msg("The name of this file sounds like that of a secret paper.")
            hint = msg("Look into it before anybody else does; a secret or internal paper may not be published (E24).")
            yield Problem("secret-name", text, path, 0, hint, Severity.WARNING)


@review("alternatives")
def check_alternatives(repository: Repository, item: Item) -> Iterator[Problem]:
    """Yield pictures whose words tell nothing: a file's name, or that it is a picture (D10, L1)."""
    lead = item.facts.image_alt or ""
    if item.facts.image and _says_nothing(lead):
        yield _poor(item.original.path, line_of(item.original.front_text, ["image_alt"]) + 1, lead)
    for source in item.sources():
        for _, alternative in source.body.images:
            if _says_nothing(alternative):
                yield _poor(source.path, _line(repository.text(source.path), f"![{alternative}]"), alternative)


def _says_nothing(alternative: str) -> bool:
    words = alternative.strip().casefold()
    return words in _NOTHING_SAID or _FILE_NAME.fullmatch(words) is not None


def _poor(path: str, line: int, alternative: str) -> Problem:
    text = msg("“{words}” does not say what the picture shows.", words=alternative.strip())
    hint = msg("Write what a person who cannot see it should know.")
    return Problem("poor-alt", text, path, line, hint, Severity.WARNING)


def _line(text: str, words: str) -> int:
    at = text.find(words)
    return text.count("\n", 0, at) + 1 if at >= 0 else 0
