"""What templates see of the fields that a kind declares: values by type, their names, the state by the clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from congtin.build.plan import PlacedItem
from congtin.build.view_types import FieldView, Link, PictureView, Stage, Text
from congtin.catalogue.kind_models import KindItem
from congtin.catalogue.stages import stage_of
from congtin.kinds.declaration import FieldOptions, FieldType

if TYPE_CHECKING:
    from congtin.build.views import Views

Fields = Mapping[str, FieldOptions]


@dataclass(frozen=True)
class FileView:
    """A file of the Item: where it is, what it is, how large."""

    name: str
    url: str
    type: str
    size: int
    picture: PictureView | None = None
    """Its sizes, where it is a picture."""


@dataclass(frozen=True)
class PeriodView:
    """Some days, both ends included; without ``end`` it goes on."""

    start: date
    end: date | None


@dataclass(frozen=True)
class ChoiceView:
    """One of the words a field may hold."""

    id: str
    label: Text


class KindViews:
    """Makes the views of one Edition's Items that have fields of their own; what a kind shares is made once."""

    def __init__(self, views: Views) -> None:
        self.views = views
        self._labels: dict[str, Mapping[str, Text]] = {}
        self._stages: dict[tuple[str, str], Stage] = {}

    def of(self, placed: PlacedItem, facts: KindItem) -> dict[str, Any]:
        """Return what a Card has of such an Item."""
        kind = facts.declared
        if kind.name not in self._labels:
            self._labels[kind.name] = dict(self._named(kind.options.fields))
        words = placed.source.front if placed.source is not placed.item.original else None
        shown = self._record(placed, kind.options.fields, facts, words, "", self._labels[kind.name])
        values = _values(kind.options.fields, shown)
        expected = [name for name, options in kind.options.fields.items() if options.expected]
        return {
            "stage": self._stage(facts, stage_of(facts, self.views.plan.now)),
            "fields": values,
            "labels": self._labels[kind.name],
            "declared": shown,
            "empty": tuple(self._labels[kind.name][name] for name in expected if values[name] in (None, ())),
        }

    def _named(self, fields: Fields, at: str = "") -> Iterator[tuple[str, Text]]:
        for name, options in fields.items():
            yield f"{at}{name}", self.views.local(options.label)
            yield from self._named(options.fields, f"{at}{name}.")

    def _stage(self, facts: KindItem, name: str) -> Stage | None:
        kind = facts.declared
        if name and (kind.name, name) not in self._stages:
            state = kind.options.states[name]
            self._stages[kind.name, name] = Stage(name, self.views.local(state.label), state.tone)
        return self._stages.get((kind.name, name))

    def _record(
        self, placed: PlacedItem, fields: Fields, record: object, words: object, at: str, labels: Mapping[str, Text]
    ) -> tuple[FieldView, ...]:
        """Return the fields of a record that are not empty; ``words`` is the same record of the translation."""
        shown = []
        for name, options in fields.items():
            value = getattr(record, name, None)
            if value is None or value == []:
                continue
            own = getattr(words, name, None)
            entries, translated = [value], [own]
            if options.many:
                # Entries of a translation stand for those of the original one by one, or for none.
                entries, translated = value, own if own and len(own) == len(value) else [None] * len(value)
            if options.type is FieldType.GROUP:
                records = tuple(
                    self._record(placed, options.fields, entry, word, f"{at}{name}.", labels)
                    for entry, word in zip(entries, translated, strict=True)
                )
                shown.append(FieldView(name, options.type.value, labels[at + name], None, records))
                continue
            values = [self._value(placed, options, *pair) for pair in zip(entries, translated, strict=True)]
            values = [value for value in values if value is not None]
            if values:
                found = tuple(values) if options.many else values[0]
                shown.append(FieldView(name, options.type.value, labels[at + name], found))
        return tuple(shown)

    def _value(self, placed: PlacedItem, options: FieldOptions, value: Any, own: Any) -> object:
        shown: object = value
        match options.type:
            case FieldType.LINE | FieldType.TEXT:
                lang = placed.placement.lang if own else placed.item.original.lang
                shown = self.views.text(own or value, lang)
            case FieldType.PERIOD:
                shown = PeriodView(value.start, value.end)
            case FieldType.URL:
                url = own or value
                shown = Link(Text(url.partition("//")[2].rstrip("/")), url)
            case FieldType.CHOICE:
                shown = ChoiceView(value, self.views.local(options.choices[value]))
            case FieldType.FILE:
                shown = self._file(placed, own or value)
            case FieldType.ITEM:
                shown = self._item(value)
        return shown

    def _file(self, placed: PlacedItem, path: str) -> FileView | None:
        name = path.rpartition("/")[2]
        media = placed.item.media.get(name)
        if media is None:
            return None
        url = self.views.address(placed.placement.path + name)
        return FileView(name, url, name.rpartition(".")[2].upper(), media.size, self.views.picture(placed, name))

    def _item(self, item_id: str) -> Link | None:
        url, title = self.views.plan.links.get(item_id), self.views.plan.titles.get(item_id)
        return Link(self.views.text(*title), url) if url and title else None


def _values(fields: Fields, shown: tuple[FieldView, ...]) -> dict[str, object]:
    """Return what a template sees by name: nothing for an empty field, no entries for an empty list."""
    values: dict[str, object] = {name: () if options.many else None for name, options in fields.items()}
    for field in shown:
        options = fields[field.name]
        value = field.value
        if options.type is FieldType.GROUP:
            records = tuple(_values(options.fields, record) for record in field.records)
            value = records if options.many else records[0]
        values[field.name] = value
    return values
