"""Documents: number and symbol, vocabulary, and what replaces what (D4, D5, D11, D12)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from congtin.catalogue.front_matter import Document
from congtin.catalogue.source import Item
from congtin.checks.registry import Repository, check
from congtin.errors import Problem, Severity, did_you_mean, list_of
from congtin.messages import Msg, msg
from congtin.rules.document_numbers import number_is_its_year
from congtin.strict_yaml import line_of


def _documents(repository: Repository) -> Iterator[tuple[Item, Document]]:
    for item in repository.catalogue.items.values():
        if isinstance(item.facts, Document):
            yield item, item.facts


@check("document-numbers")
def check_numbers(repository: Repository) -> Iterator[Problem]:
    """Yield numbers that are blank, of no known family, or outside their range."""
    for item, document in _documents(repository):
        path, line = item.original.path, line_of(item.original.front_text, ["number"]) + 1
        number = document.number
        if not number.strip() or number.lstrip().startswith(("/", "-")):
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
                line = line_of(item.original.front_text, [field]) + 1
                yield Problem("unknown-term", text, item.original.path, line, hint)
        if document.effective and document.expires and document.expires < document.effective:
            text = msg("“expires” is earlier than “effective”.")
            yield Problem("time-order", text, item.original.path, line_of(item.original.front_text, ["expires"]) + 1)


@check("replacements")
def check_replacements(repository: Repository) -> Iterator[Problem]:
    """Yield replacements of documents that do not exist, or that go round in a circle."""
    newer: dict[str, set[str]] = {}
    for item, document in _documents(repository):
        for where, other in _named(document):
            target = repository.catalogue.items.get(other)
            if target and isinstance(target.facts, Document):
                continue
            text = msg("There is no document with the id “{id}”.", id=other)
            if target:
                text = msg("{path} is no document; only documents replace each other.", path=target.original.path)
            yield Problem("unknown-item", text, item.original.path, line_of(item.original.front_text, where) + 1)
        for older in document.replaces:
            newer.setdefault(older, set()).add(item.id)
        if document.replaced_by:
            newer.setdefault(item.id, set()).add(document.replaced_by)
    for circle in _circles(newer):
        items = [repository.catalogue.items[i] for i in circle if i in repository.catalogue.items]
        text = msg("A document cannot replace itself.")
        if len(items) > 1:
            paths = list_of(item.original.path for item in items)
            text = msg("Documents replace each other in a circle: {paths}.", paths=paths)
        yield Problem("replacement-circle", text, items[0].original.path, _replacement_line(items[0]))


def _replacement_line(item: Item) -> int:
    """Return the line that names an older document, else the one that names a newer."""
    field = "replaces" if isinstance(item.facts, Document) and item.facts.replaces else "replaced_by"
    return line_of(item.original.front_text, [field]) + 1


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
