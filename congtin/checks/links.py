"""Links, pictures and files: everything a text points to exists, and every picture has words."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from congtin.catalogue.paths import CONTENT, MEDIA_SUFFIX, PICTURES
from congtin.catalogue.source import Item, Source
from congtin.checks.registry import Repository, check
from congtin.errors import Problem, Severity, did_you_mean
from congtin.messages import Msg, msg
from congtin.strict_yaml import line_of


def _front_line(source: Source, *where: str | int) -> int:
    return line_of(source.front_text, where) + 1


@check("links")
def check_links(repository: Repository) -> Iterator[Problem]:
    """Yield links in texts that lead nowhere."""
    by_path = repository.catalogue.by_path()
    for item in repository.catalogue.items.values():
        for source in item.sources():
            for link in source.body.links:
                yield from _link(repository, by_path, item, source, link)


def _link(
    repository: Repository, by_path: dict[str, Item], item: Item, source: Source, link: str
) -> Iterator[Problem]:
    parts = urlsplit(link)
    line = source.body.first_line
    if parts.scheme == "item":
        target = repository.catalogue.items.get(parts.path)
        if target is None:
            text = msg("The link leads to an Item that does not exist: “{link}”.", link=link)
            yield Problem("broken-link", text, source.path, line, did_you_mean(parts.path, repository.catalogue.items))
        elif target.facts.draft and not item.facts.draft:
            text = msg("The link leads to a draft: “{link}”.", link=link)
            yield Problem("link-to-draft", text, source.path, line, severity=Severity.WARNING)
        elif parts.fragment and not _has_anchor(target, parts.fragment):
            yield _no_anchor(source, link)
    elif parts.scheme or parts.netloc:
        return
    elif not parts.path:
        if parts.fragment and not _has_own_anchor(source, parts.fragment):
            yield _no_anchor(source, link)
    elif parts.path.startswith("/"):
        text = msg("The link “{link}” names an address that can change.", link=link)
        yield Problem("bare-address", text, source.path, line, msg("Link to an Item as item:<id>."))
    else:
        yield from _relative(by_path, item, source, link, parts.path)


def _relative(by_path: dict[str, Item], item: Item, source: Source, link: str, path: str) -> Iterator[Problem]:
    target = posixpath.normpath(posixpath.join(source.where.folder, unquote(path)))
    line = source.body.first_line
    if not target.startswith(f"{CONTENT}/{item.site}/"):
        text = msg("The link “{link}” leaves the Site.", link=link)
        yield Problem("link-leaves-site", text, source.path, line, msg("Link to other Sites as item:<id>."))
    elif target.endswith(".md"):
        if _without_language(target) not in by_path:
            text = msg("The link leads to an Item that does not exist: “{link}”.", link=link)
            yield Problem("broken-link", text, source.path, line)
    elif media_name(item, source, path) not in item.media:
        text = msg("The linked file is missing: “{link}”.", link=link)
        hint: Msg | None = did_you_mean(path, [f"{source.where.slug}{MEDIA_SUFFIX}/{name}" for name in item.media])
        yield Problem("missing-file", text, source.path, line, hint or msg("Write https:// before addresses elsewhere."))


def media_name(item: Item, source: Source, path: str) -> str | None:
    """Return the name of one of the Item's own files, or None for any other path."""
    target = posixpath.normpath(posixpath.join(source.where.folder, unquote(path)))
    folder = f"{item.item_path}{MEDIA_SUFFIX}/"
    return target.removeprefix(folder) if target.startswith(folder) else None


def _without_language(path: str) -> str:
    base = path.removesuffix(".md")
    return base.rpartition(".")[0] if "." in posixpath.basename(base) else base


def _has_anchor(item: Item, anchor: str) -> bool:
    return any(_has_own_anchor(source, anchor) for source in item.sources())


def _has_own_anchor(source: Source, anchor: str) -> bool:
    return anchor.startswith(("fn-", "fnref-")) or any(h.id == anchor for h in source.body.headings)


def _no_anchor(source: Source, link: str) -> Problem:
    anchor = link.partition("#")[2]
    text = msg("There is no heading for the link “{link}”.", link=link)
    hint = did_you_mean(anchor, [heading.id for heading in source.body.headings])
    return Problem("broken-anchor", text, source.path, source.body.first_line, hint)


@check("images")
def check_images(repository: Repository) -> Iterator[Problem]:
    """Yield pictures that are missing or say nothing to a blind reader (D10, L1)."""
    for item in repository.catalogue.items.values():
        facts = item.facts
        if facts.image:
            yield from _lead_image(item)
        for source in item.sources():
            for address, alternative in source.body.images:
                yield from _image(item, source, address, alternative)
        if facts.kind == "document":
            for number, attachment in enumerate(facts.attachments):
                if media_name(item, item.original, attachment.file) not in item.media:
                    text = msg("The attached file is missing: “{file}”.", file=attachment.file)
                    line = _front_line(item.original, "attachments", number)
                    yield Problem("missing-file", text, item.original.path, line)


def _lead_image(item: Item) -> Iterator[Problem]:
    source, image = item.original, item.facts.image or ""
    name = media_name(item, source, image)
    if name not in item.media:
        text = msg("The picture is missing: “{file}”.", file=image)
        yield Problem("missing-image", text, source.path, _front_line(source, "image"))
    elif name.rpartition(".")[2] not in PICTURES:
        text = msg("“{file}” is not a picture.", file=image)
        yield Problem("missing-image", text, source.path, _front_line(source, "image"))
    if not (item.facts.image_alt or "").strip():
        text = msg("The picture needs “image_alt”: what a person who cannot see it should know.")
        yield Problem("missing-alt", text, source.path, _front_line(source, "image"))


def _image(item: Item, source: Source, address: str, alternative: str) -> Iterator[Problem]:
    line = source.body.first_line
    if urlsplit(address).scheme or address.startswith("//"):
        text = msg("The picture “{file}” lies on another host.", file=address)
        yield Problem("foreign-image", text, source.path, line, msg("Put the file beside the text."))
        return
    if media_name(item, source, address) not in item.media:
        text = msg("The picture is missing: “{file}”.", file=address)
        yield Problem("missing-image", text, source.path, line)
    if not alternative.strip():
        text = msg("The picture “{file}” has no alternative text.", file=address)
        yield Problem("missing-alt", text, source.path, line, msg("Write ![what it shows](file)."))
