"""Text that others wrote: its source, its author and their consent (D7), and what may be quoted at all (D8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from congtin.catalogue.source import Item, Source
from congtin.checks.personal import is_official
from congtin.checks.registry import Repository
from congtin.checks.review import review
from congtin.errors import Problem, Severity
from congtin.messages import Msg, msg
from congtin.strict_yaml import line_of

if TYPE_CHECKING:
    from congtin.rules.combine import InForce
    from congtin.rules.pack_rules import Quoting

# The last line of a text that was taken from elsewhere: “(Theo TTXVN)”, “Nguồn: Báo Hà Nội mới”.
_CREDIT = re.compile(
    r"[\s*_(\[“\"–—-]*(?:(?:Nguồn|Source)\s*(?:tin)?\s*[:]|Theo\s*:?)\s*(?P<name>[A-ZĐÁÀẢÃẠ][^\n.]{2,60}?)[\s*_)\]”\"]*"
)
_LAST_LINES = 3


@review("reuse")
def check_reuse(repository: Repository, item: Item) -> Iterator[Problem]:
    """Yield what is missing where a text is taken from elsewhere (D7)."""
    source, credit = item.original, item.facts.source
    if credit is None:
        yield from _uncredited(repository, source)
        return
    line = line_of(source.front_text, ["source"]) + 1
    quoting = _quoting(repository, item)
    official = bool(credit.url) and _is_official_address(repository, credit.url or "")
    if not item.facts.author:
        text = msg("The text is taken from {name}, but its author is not named (D7).", name=credit.name)
        yield Problem("reuse-author", text, source.path, line, _fill_in("author"), Severity.WARNING)
    demanded = quoting.rule.written_consent if quoting else "where_required"
    if not credit.consent and (demanded == "always" or (demanded == "where_required" and not official)):
        text = msg("The text is taken from {name}, but nothing says that they consented (D7).", name=credit.name)
        yield Problem("reuse-consent", text, source.path, line, _fill_in("source.consent"), Severity.WARNING)
    if quoting and not official:
        yield from _unofficial(quoting, source, line, credit.url or credit.name)


def _fill_in(field: str) -> Msg:
    return msg("Fill in “{field}”.", field=field)


def _uncredited(repository: Repository, source: Source) -> Iterator[Problem]:
    """Yield the last line of a text that names a source the front matter does not."""
    lines = repository.text(source.path).rstrip().split("\n")
    for number in range(max(source.body.first_line - 1, len(lines) - _LAST_LINES), len(lines)):
        credit = _CREDIT.fullmatch(lines[number])
        if credit:
            text = msg("The text says that it is taken from {name}.", name=credit["name"].strip())
            hint = msg("Say so in the front matter: “source”, with “name”, “url” and “consent” (D7).")
            yield Problem("reuse-source", text, source.path, number + 1, hint, Severity.WARNING)


@review("quoting")
def check_quoting(repository: Repository, item: Item) -> Iterator[Problem]:
    """Yield links to sources that the Site’s rule packs do not let it quote (D8)."""
    quoting = _quoting(repository, item)
    if quoting is None:
        return
    for source in item.sources():
        for link in dict.fromkeys(source.body.links):
            if link.lower().startswith(("http://", "https://")) and not _is_official_address(repository, link):
                yield from _unofficial(quoting, source, source.body.first_line, link)


def _unofficial(quoting: InForce[Quoting], source: Source, line: int, quoted: str) -> Iterator[Problem]:
    if quoting.rule.policy == "forbidden":
        text = msg("“{quoted}” is no authority’s: the regulation forbids quoting other sources (D8).", quoted=quoted)
    else:
        text = msg(
            "“{quoted}” is no authority’s: the regulation lets only official sources be quoted (D8).", quoted=quoted
        )
    hint = msg(
        "{pack}: {article}. Tell it in your own words, or leave it out.", pack=quoting.pack, article=quoting.source
    )
    yield Problem("unofficial-source", text, source.path, line, hint, Severity.WARNING)


def _quoting(repository: Repository, item: Item) -> InForce[Quoting] | None:
    return repository.rules(item.site).quoting if repository.rules else None


def _is_official_address(repository: Repository, address: str) -> bool:
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return False
    return host is not None and is_official(host, repository.network)
