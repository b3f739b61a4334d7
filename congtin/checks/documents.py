"""Documents: number and symbol, vocabulary, and what replaces what (D4, D5, D11, D12)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from congtin.catalogue.front_matter import Document
from congtin.catalogue.source import Item
from congtin.checks.registry import Repository, check
from congtin.errors import Problem, Severity, did_you_mean, list_of
from congtin.messages import Msg, msg
from congtin.model import HANOI_TIME
from congtin.rules.document_numbers import number_is_its_year
from congtin.strict_yaml import line_of


def _documents(repository: Repository, *, drafts: bool = False) -> Iterator[tuple[Item, Document]]:
    """Yield the documents to judge; what a draft says is not final yet, so most checks leave it in peace."""
    return _of_items(repository.own_items, drafts=drafts)


def _all_documents(repository: Repository, *, drafts: bool = False) -> Iterator[tuple[Item, Document]]:
    """Yield these and those of other Sites that they are to be compared with."""
    return _of_items(repository.catalogue.items.values(), drafts=drafts)


def _of_items(items: Iterable[Item], *, drafts: bool) -> Iterator[tuple[Item, Document]]:
    for item in items:
        if isinstance(item.facts, Document) and (drafts or not item.facts.draft):
            yield item, item.facts


def _line(item: Item, *where: str | int) -> int:
    return line_of(item.original.front_text, where) + 1


def _is_blank(number: str) -> bool:
    """Tell whether nothing was stamped before the first slash, or before the hyphen of a Party number (D5)."""
    return bool(re.match(r"[\W_]*[/-]", number)) or not re.search(r"\d", number.partition("/")[0])


@check("document-numbers")
def check_numbers(repository: Repository) -> Iterator[Problem]:
    """Yield numbers that are blank, of no known family, or outside their range."""
    for item, document in _documents(repository):
        path, line = item.original.path, _line(item, "number")
        number = document.number
        if _is_blank(number):
            text = msg("The number is blank: a document without number is not published (D5).")
            yield Problem("blank-number", text, path, line, msg("Type the number from the stamp."))
        elif repository.numbers.family(number) is None and not document.number_exception:
            text = msg("“{number}” is not a document number of a known family.", number=number)
            hint = _near_number(repository, number) or msg(
                "Known are forms such as {examples}; if the number is right, say why in “number_exception”.",
                examples=list_of(repository.numbers.examples),
            )
            yield Problem("bad-number", text, path, line, hint)
        elif number_is_its_year(number):
            text = msg("“{number}” begins with a year: was the number itself blank?", number=number)
            yield Problem("year-as-number", text, path, line, severity=Severity.WARNING)
        if document.demo != repository.numbers.is_demonstration(number):
            text = msg("Demonstration data, and only they, use the reserved numbers (99…).")
            yield Problem("demonstration-number", text, path, line)


def _near_number(repository: Repository, number: str) -> Msg | None:
    """Suggest the number without its spaces, with plain hyphens, or in capitals."""
    plain = re.sub("[\u2010-\u2015\u2212]", "-", re.sub(r"\s", "", number))
    capital = re.sub("(?<=[/-])([QN])D(?=[-/])", r"\1Đ", plain.upper())
    near = [other for other in (plain, capital) if repository.numbers.family(other)]
    return msg("Did you mean {words}?", words=f"“{near[0]}”") if near else None


@check("duplicate-numbers")
def check_duplicate_numbers(repository: Repository) -> Iterator[Problem]:
    """Yield documents of one issuer that share their number, unless one of the two was replaced."""
    documents = list(_all_documents(repository))
    own = {item.id for item, _ in _documents(repository)}
    replaced = {older for _, document in documents for older in document.replaces}
    first: dict[tuple[str, str, int], Item] = {}
    for item, document in sorted(documents, key=lambda pair: pair[0].original.path):
        if item.id in replaced or document.replaced_by or document.withdrawn:
            continue
        # Numbers that do not name their year begin anew every year.
        year = 0 if re.search(r"/\d{4}/", document.number) else document.issued.year
        other = first.setdefault((document.issuer.strip().casefold(), document.number.strip(), year), item)
        if other is not item and item.id in own:
            text = msg(
                "“{number}” of the same issuer is also the number of {path}.",
                number=document.number,
                path=other.original.path,
            )
            hint = msg("Correct the number, or say which of the two replaces the other (“replaces”).")
            yield Problem("duplicate-number", text, item.original.path, _line(item, "number"), hint, Severity.WARNING)


@check("document-facts")
def check_facts(repository: Repository) -> Iterator[Problem]:
    """Yield unknown types and fields, and impossible validity."""
    vocabulary = repository.network.vocabulary
    for item, document in _documents(repository):
        for field, value, known in (
            ("type", document.type, vocabulary.document_types),
            ("field", document.field, vocabulary.document_fields),
        ):
            if value not in known:
                text = msg("“{field}”: “{value}” is not in the vocabulary.", field=field, value=value)
                hint = did_you_mean(value, known) or msg("Known are: {words}.", words=list_of(known))
                yield Problem("unknown-term", text, item.original.path, _line(item, field), hint)
        yield from _days(repository, item, document)


def _days(repository: Repository, item: Item, document: Document) -> Iterator[Problem]:
    path = item.original.path
    if document.effective and document.expires and document.expires < document.effective:
        yield Problem("time-order", msg("“expires” is earlier than “effective”."), path, _line(item, "expires"))
    if document.effective and document.effective < document.issued:
        text = msg("“effective” is earlier than “issued”.")
        hint = msg("Compare both days with the stamped document.")
        yield Problem("time-order", text, path, _line(item, "effective"), hint, Severity.WARNING)
    if document.issued > repository.now.astimezone(HANOI_TIME).date():
        text = msg("“issued” is a day still to come.")
        hint = msg("Compare it with the stamped document.")
        yield Problem("issued-in-future", text, path, _line(item, "issued"), hint, Severity.WARNING)


@check("replacements")
def check_replacements(repository: Repository) -> Iterator[Problem]:
    """Yield replacements of documents that do not exist, or that go round in a circle."""
    newer: dict[str, set[str]] = {}
    own = {item.id for item, _ in _documents(repository, drafts=True)}
    for item, document in _all_documents(repository, drafts=True):
        for where, other in _named(document):
            target = repository.catalogue.items.get(other)
            if item.id in own:
                yield from _replacement(item, where, other, target)
            if where[0] == "replaced_by":
                newer.setdefault(item.id, set()).add(other)
            elif target is None or target.site == item.site:
                newer.setdefault(other, set()).add(item.id)
    for circle in _circles(newer):
        items = [repository.catalogue.items[i] for i in circle if i in repository.catalogue.items]
        text = msg("A document cannot replace itself.")
        if len(items) > 1:
            paths = list_of(item.original.path for item in items)
            text = msg("Documents replace each other in a circle: {paths}.", paths=paths)
        yield Problem("replacement-circle", text, items[0].original.path, _replacement_line(items[0]))


def _replacement(item: Item, where: list[str | int], other: str, target: Item | None) -> Iterator[Problem]:
    """Yield what is wrong with one document naming another as older or newer."""
    path, line, field = item.original.path, _line(item, *where), str(where[0])
    if target is None:
        yield Problem("unknown-item", msg("There is no document with the id “{id}”.", id=other), path, line)
    elif not isinstance(target.facts, Document):
        text = msg("{path} is no document; only documents replace each other.", path=target.original.path)
        yield Problem("unknown-item", text, path, line)
    elif field == "replaces" and target.site != item.site:
        text = msg("“replaces” names a document of another Site: {path}.", path=target.original.path)
        hint = msg("The other Site says it itself, with “replaced_by: {id}”.", id=item.id)
        yield Problem("foreign-replacement", text, path, line, hint)
    elif target.facts.draft and not item.facts.draft:
        text = msg("“{field}” names a draft: {path}.", field=field, path=target.original.path)
        yield Problem("link-to-draft", text, path, line, severity=Severity.WARNING)


def _replacement_line(item: Item) -> int:
    """Return the line that names an older document, else the one that names a newer."""
    field = "replaces" if isinstance(item.facts, Document) and item.facts.replaces else "replaced_by"
    return _line(item, field)


def _named(document: Document) -> Iterator[tuple[list[str | int], str]]:
    """Yield where a document names another as older or newer, and the id it names."""
    for number, other in enumerate(document.replaces):
        yield ["replaces", number], other
    if document.replaced_by:
        yield ["replaced_by"], document.replaced_by


def _circles(newer: dict[str, set[str]]) -> Iterator[list[str]]:
    done: set[str] = set()
    for start in sorted(newer):
        trail: list[str] = []
        stack = [(start, iter(sorted(newer.get(start, ()))))]
        if start in done:
            continue
        trail.append(start)
        while stack:
            following = next(stack[-1][1], None)
            if following is None:
                done.add(stack.pop()[0])
                trail.pop()
            elif following in trail:
                yield trail[trail.index(following) :]
            elif following not in done:
                trail.append(following)
                stack.append((following, iter(sorted(newer.get(following, ())))))
