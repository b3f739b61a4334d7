"""Items whose kind a folder of the theme declares: their files, what they name, their times, their translations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from congtin.catalogue.front_matter import Translation
from congtin.catalogue.kind_models import Found, KindItem, walk
from congtin.catalogue.source import Item, Source
from congtin.catalogue.stages import stage_fields
from congtin.checks.links import file_problem, item_problems
from congtin.checks.registry import Repository, check
from congtin.errors import Problem, Severity, list_of
from congtin.kinds.declaration import FieldOptions, FieldType
from congtin.messages import msg
from congtin.strict_yaml import line_of

_WORDS = frozenset({FieldType.LINE, FieldType.TEXT})


def _declared(repository: Repository) -> Iterator[tuple[Item, KindItem]]:
    for item in repository.own_items:
        if isinstance(item.facts, KindItem):
            yield item, item.facts


@check("kind-files")
def check_files(repository: Repository) -> Iterator[Problem]:
    """Yield files that a field names and the Item has not, or that are of another type than the field holds (D3)."""
    for item, facts in _declared(repository):
        for source in item.sources():
            for found in walk(facts.declared.options.fields, source.front, FieldType.FILE):
                yield from _file(item, source, found)


def _file(item: Item, source: Source, found: Found) -> Iterator[Problem]:
    path, line = str(found.value), _line(source, *found.steps)
    problem = file_problem(item, source, path, line)
    if problem:
        yield problem
    elif found.field.endings and path.rpartition(".")[2] not in found.field.endings:
        text = msg("“{file}” is not of a type that belongs here.", file=path)
        hint = msg("Allowed are: {types}.", types=", ".join(found.field.endings))
        yield Problem("wrong-value", text, source.path, line, hint)


@check("kind-references")
def check_references(repository: Repository) -> Iterator[Problem]:
    """Yield Items that a field names and that do not exist, are not public, or are of another kind."""
    for item, facts in _declared(repository):
        source = item.original
        for found in walk(facts.declared.options.fields, facts, FieldType.ITEM):
            line = _line(source, *found.steps)
            yield from item_problems(repository, item, source, str(found.value), line)
            target = repository.catalogue.items.get(str(found.value))
            if target and found.field.kinds and target.kind not in found.field.kinds:
                text = msg("“{id}” is an Item of the kind “{kind}”.", id=target.id, kind=target.kind)
                hint = msg("Known are: {words}.", words=", ".join(found.field.kinds))
                yield Problem("wrong-value", text, source.path, line, hint)


@check("kind-times")
def check_times(repository: Repository) -> Iterator[Problem]:
    """Yield Items whose states would end in another order than their kind declares (H8: closed before it opens)."""
    for item, facts in _declared(repository):
        known = [(field, end) for field, end in stage_fields(facts) if end is not None]
        for (earlier, first), (later, second) in pairwise(known):
            if second <= first:
                text = msg("“{later}” is not later than “{earlier}”.", later=later, earlier=earlier)
                yield Problem("time-order", text, item.original.path, _line(item.original, later))


@check("kind-translations")
def check_translations(repository: Repository) -> Iterator[Problem]:
    """Yield translations with fields of another kind, without words the original has, or with other lists (B4)."""
    own_words = Translation.model_fields.keys()
    for item in repository.own_items:
        facts = item.facts
        fields = facts.declared.options.fields if isinstance(facts, KindItem) else {}
        for source in item.translations.values():
            for name in sorted(source.front.model_fields_set - own_words - fields.keys()):
                if isinstance(source.front, Translation):
                    text = msg("The field “{field}” is not known here.", field=name)
                    hint = msg("The kind “{kind}” has no such field.", kind=item.kind)
                    yield Problem("unknown-field", text, source.path, _line(source, name), hint)
            if isinstance(facts, KindItem):
                yield from _words(source, fields, facts, source.front, ())


def _words(
    source: Source, fields: Mapping[str, FieldOptions], record: object, words: object, at: tuple[str | int, ...]
) -> Iterator[Problem]:
    """Yield what one record of a translation lacks."""
    for name, options in fields.items():
        value, own = getattr(record, name, None), getattr(words, name, None)
        if not options.has_words or not value:
            continue
        if own is None:
            if options.type in _WORDS or options.type is FieldType.GROUP:
                text = msg("The field “{field}” is missing.", field=_named((*at, name)))
                hint = msg("The original has it; translate it too.")
                yield Problem("missing-field", text, source.path, _line(source, *at) if at else 2, hint)
        elif options.many and len(own) != len(value):
            text = msg("“{field}” has {count} entries, the original has {wanted}.",
                       field=_named((*at, name)), count=len(own), wanted=len(value))  # fmt: skip
            hint = msg("Translate each entry, in the same order.")
            yield Problem("wrong-value", text, source.path, _line(source, *at, name), hint)
        elif options.type is FieldType.GROUP:
            pairs = list(zip(value, own, strict=True)) if options.many else [(value, own)]
            for number, (entry, word) in enumerate(pairs):
                steps = (*at, name, number) if options.many else (*at, name)
                yield from _words(source, options.fields, entry, word, steps)


def _named(steps: tuple[str | int, ...]) -> str:
    parts = [f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in steps]
    return "".join(parts).removeprefix(".")


@check("kind-empty")
def check_empty(repository: Repository) -> Iterator[Problem]:
    """Yield which facts of an Item are not known yet: they are shown as that, and counted here, never invented."""
    for item, facts in _declared(repository):
        fields = facts.declared.options.fields
        empty = list(_unknown(fields, facts, ()))
        if empty:
            text = msg("{count} facts are not known yet: {names}.", count=len(empty), names=list_of(empty))
            yield Problem("empty-field", text, item.original.path, 2, None, Severity.NOTICE)


def _unknown(fields: Mapping[str, FieldOptions], record: object, at: tuple[str | int, ...]) -> Iterator[str]:
    """Yield the names of expected facts that a record and the groups within it lack."""
    for name, options in fields.items():
        value = getattr(record, name, None)
        if options.expected and not value:
            yield _named((*at, name))
        if options.type is FieldType.GROUP and value:
            entries = list(enumerate(value)) if options.many else [(None, value)]
            for number, entry in entries:
                steps = (*at, name) if number is None else (*at, name, number)
                yield from _unknown(options.fields, entry, steps)


def _line(source: Source, *where: str | int) -> int:
    return line_of(source.front_text, where) + 1
