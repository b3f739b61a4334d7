"""Documents: number and symbol, vocabulary, and what replaces what (D4, D5, D11, D12)."""

from __future__ import annotations

from collections.abc import Iterator

from congtin.catalogue.front_matter import Document
from congtin.catalogue.source import Item
from congtin.checks.registry import Repository, check
from congtin.errors import Problem, Severity, did_you_mean, list_of
from congtin.messages import msg
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
            hint = msg(
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
                yield Problem("unknown-term", text, item.original.path, line_of(item.original.front_text, [field]) + 1, hint)
        if document.effective and document.expires and document.expires < document.effective:
            text = msg("“expires” is earlier than “effective”.")
            yield Problem("time-order", text, item.original.path, line_of(item.original.front_text, ["expires"]) + 1)


@check("replacements")
def check_replacements(repository: Repository) -> Iterator[Problem]:
    """Yield replacements of documents that do not exist, or that go round in a circle."""
    newer: dict[str, set[str]] = {}
    for item, document in _documents(repository):
        for other in [*document.replaces, *([document.replaced_by] if document.replaced_by else [])]:
            target = repository.catalogue.items.get(other)
            if target is None or not isinstance(target.facts, Document):
                text = msg("There is no document with the id “{id}”.", id=other)
                line = line_of(item.original.front_text, ["replaces" if other in document.replaces else "replaced_by"]) + 1
                yield Problem("unknown-item", text, item.original.path, line)
        for older in document.replaces:
            newer.setdefault(older, set()).add(item.id)
        if document.replaced_by:
            newer.setdefault(item.id, set()).add(document.replaced_by)
    for circle in _circles(newer):
        items = [repository.catalogue.items[i] for i in circle if i in repository.catalogue.items]
        text = msg("Documents replace each other in a circle: {paths}.", paths=list_of(i.original.path for i in items))
        yield Problem("replacement-circle", text, items[0].original.path)


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
