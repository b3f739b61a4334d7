"""The kinds of Items of one Network: three the engine has itself, and those that its theme's folders declare."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from congtin.kinds.declaration import FieldOptions, FieldType, KindOptions, Order
from congtin.model import ItemKind, SectionKind

FILE = "kind.yaml"


@dataclass(frozen=True)
class Kind:
    """One kind of Item."""

    name: str
    options: KindOptions

    @cached_property
    def digest(self) -> str:
        """What changes with anything that the declaration says."""
        text = f"{self.name} {self.options.model_dump_json(by_alias=True)}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def has_files(self) -> bool:
        """Whether an Item's fields can name one of its files."""
        return any(field.type is FieldType.FILE for field in _all_fields(self.options.fields))

    @property
    def item_template(self) -> str:
        return self.name if self.name in BUILT_IN else f"kinds/{self.name}/item"


def _all_fields(fields: Mapping[str, FieldOptions]) -> Iterator[FieldOptions]:
    for field in fields.values():
        yield field
        yield from _all_fields(field.fields)


def _own(kind: ItemKind, section: SectionKind, *, fixed: bool = False) -> Kind:
    options = KindOptions(label={"en": kind.value}, section=section.value, fixed=fixed, feeds=not fixed, order=Order())
    return Kind(kind.value, options)


# Their fields, lists and orders are the engine's own: front_matter.py, listings.py.
BUILT_IN: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _own(ItemKind.ARTICLE, SectionKind.ARTICLES),
        _own(ItemKind.PAGE, SectionKind.PAGES, fixed=True),
        _own(ItemKind.DOCUMENT, SectionKind.DOCUMENTS),
    )
}
_LISTS = {SectionKind.ARTICLES: "section", SectionKind.DOCUMENTS: "library", SectionKind.PAGES: "pages"}


@dataclass(frozen=True, eq=False)
class Kinds(Mapping[str, Kind]):
    """All kinds by name; two are equal when they say the same."""

    declared: Mapping[str, Kind]
    """Those of the theme's folders, without the engine's own."""

    def __getitem__(self, name: str) -> Kind:
        return BUILT_IN[name] if name in BUILT_IN else self.declared[name]

    def __iter__(self) -> Iterator[str]:
        yield from BUILT_IN
        yield from self.declared

    def __len__(self) -> int:
        return len(BUILT_IN) + len(self.declared)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kinds) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @cached_property
    def digest(self) -> str:
        """What changes with anything that a declaration says; empty where nothing is declared."""
        return hashlib.sha256(self.text.encode()).hexdigest() if self.declared else ""

    @cached_property
    def text(self) -> str:
        """The declared kinds as text, for `of_text`."""
        declared = {name: kind.options.model_dump_json(by_alias=True) for name, kind in self.declared.items()}
        return json.dumps(declared, ensure_ascii=False)

    @classmethod
    def of_text(cls, text: str) -> Kinds:
        """Return the kinds that a text of ``text`` holds."""
        declared = json.loads(text)
        return cls({name: Kind(name, KindOptions.model_validate_json(data)) for name, data in declared.items()})

    @cached_property
    def sections(self) -> tuple[str, ...]:
        """The kinds of section there are."""
        own = [section.value for section in SectionKind]
        return (*dict.fromkeys([*own, *(kind.options.section for kind in self.declared.values())]),)

    def fits(self, section: str, kind: str) -> bool:
        """Tell whether Items of a kind can stand in a section of a kind."""
        return self[kind].options.section == section

    def has_feeds(self, section: str) -> bool:
        """Tell whether a section of a kind has feeds of its own."""
        return any(kind.options.section == section and kind.options.feeds for kind in self.values())

    def has_calendar(self, section: str) -> bool:
        """Tell whether appointments stand in a section of a kind."""
        return any(kind.options.section == section and kind.options.calendar for kind in self.declared.values())

    def list_template(self, section: str) -> str:
        """Return the template of the lists of a kind of section."""
        for kind in self.declared.values():
            if kind.options.section == section and kind.options.own_list:
                return f"kinds/{kind.name}/list"
        return _LISTS.get(SectionKind(section), "section") if section in [*SectionKind] else "section"

    def list_order(self, section: str) -> Order:
        """Return how the lists of a kind of section are ordered: as the kind says whose list it is."""
        if section in [*SectionKind]:
            return Order()
        found = [kind for kind in self.declared.values() if kind.options.section == section]
        owner = next((kind for kind in found if kind.options.own_list), found[0] if found else None)
        return owner.options.order if owner else Order()


NO_KINDS = Kinds({})
