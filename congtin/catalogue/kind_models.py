"""From the declaration of a kind to the model of its front matter: made once for each set of kinds in a process."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, create_model, model_validator
from pydantic_core import PydanticCustomError

from congtin.catalogue.front_matter import MODELS, ItemId, Line, Original, Summary, Translation
from congtin.kinds.declaration import FieldOptions, FieldType
from congtin.kinds.kinds import Kind, Kinds
from congtin.validation import VISIBLE, Day, Moment, StrictModel, Url

MOST_RECORDS = 500
MOST_TEXT = 5000
_MAIL = re.compile(r"[^\s@:<>,;]+@[^\s@:<>,;]+\.[^\s@:<>,;]+")


def _mail(value: str) -> str:
    if not _MAIL.fullmatch(value):
        raise PydanticCustomError("bad_mail", "bad mail")
    return value


class Period(StrictModel):
    """Some days, both ends included; without an end it goes on."""

    start: Day = Field(alias="from")
    end: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _forwards(self) -> Period:
        if self.end is not None and self.end < self.start:
            raise PydanticCustomError("ends_first", "ends first")
        return self


class KindItem(Original):
    """Front matter of an original whose kind a folder of the theme declares."""

    declared: ClassVar[Kind]
    kind: str

    @property
    def references(self) -> list[str]:
        """The ids of the Items that its fields name."""
        return [str(found.value) for found in walk(self.declared.options.fields, self, FieldType.ITEM)]


@dataclass(frozen=True)
class Found:
    """One value in the front matter, the steps that lead to it, and what its field declares."""

    steps: tuple[str | int, ...]
    field: FieldOptions
    value: object


def walk(
    fields: Mapping[str, FieldOptions], record: object, *types: FieldType, at: tuple[str | int, ...] = ()
) -> Iterator[Found]:
    """Yield every value of these types in a record and the groups within it."""
    for name, options in fields.items():
        value = getattr(record, name, None)
        if value is None:
            continue
        entries = list(enumerate(value)) if options.many else [(None, value)]
        for number, entry in entries:
            steps = (*at, name) if number is None else (*at, name, number)
            if options.type in types:
                yield Found(steps, options, entry)
            if options.type is FieldType.GROUP:
                yield from walk(options.fields, entry, *types, at=steps)


_SIMPLE: dict[FieldType, Any] = {
    FieldType.LINE: Line,
    FieldType.TEXT: Annotated[str, Field(min_length=1, max_length=MOST_TEXT, pattern=VISIBLE)],
    FieldType.DAY: Day,
    FieldType.MOMENT: Moment,
    FieldType.PERIOD: Period,
    FieldType.INTEGER: int,
    FieldType.DECIMAL: float,
    FieldType.URL: Url,
    FieldType.EMAIL: Annotated[str, AfterValidator(_mail)],
    FieldType.FILE: Line,
    FieldType.ITEM: ItemId,
}


def _type_of(name: str, options: FieldOptions, *, words: bool) -> Any:
    one = _single(name, options, words=words)
    if not options.many:
        return one
    least = 1 if options.required and not words else 0
    return Annotated[list[one], Field(min_length=least, max_length=MOST_RECORDS)]  # type: ignore[valid-type]  # made here


def _single(name: str, options: FieldOptions, *, words: bool) -> Any:
    if options.type is FieldType.GROUP:
        return create_model(name, __base__=StrictModel, **_fields(name, options.fields, words=words))
    if options.type is FieldType.CHOICE:
        return Literal[tuple(options.choices)]
    return _SIMPLE[options.type]


def _fields(name: str, fields: Mapping[str, FieldOptions], *, words: bool) -> dict[str, Any]:
    """Return pydantic's fields; with ``words`` only what a translation has of them, all of it optional."""
    made: dict[str, Any] = {}
    for field_name, options in fields.items():
        if words and not options.has_words:
            continue
        type_ = _type_of(f"{name}_{field_name}", options, words=words)
        made[field_name] = (type_, ...) if options.required and not words else (type_ | None, None)
    return made


@dataclass(frozen=True)
class SourceModels:
    """The model of each kind's originals, and that of all translations."""

    originals: Mapping[str, type[Original]]
    translation: type[Translation]

    def of_row(self, kind: str) -> type[Original | Translation]:
        """Return the model of a row of the store."""
        return self.translation if kind == "translation" else self.originals[kind]


@lru_cache(maxsize=4)
def source_models(kinds: Kinds) -> SourceModels:
    """Return the models of these kinds."""
    if not kinds.declared:
        return SourceModels({kind.value: model for kind, model in MODELS.items()}, Translation)
    originals: dict[str, type[Original]] = {kind.value: model for kind, model in MODELS.items()}
    for name, kind in kinds.declared.items():
        title = "".join(part.capitalize() for part in name.split("-"))
        own: dict[str, Any] = {"kind": (Literal[name], ...)}
        if kind.options.summary == "required":
            own["summary"] = (Summary, ...)
        fields = {**own, **_fields(title, kind.options.fields, words=False)}
        model = create_model(title, __base__=KindItem, **fields)
        model.__doc__ = f"An Item of the kind “{name}”."
        model.declared = kind
        originals[name] = model
    words: dict[str, FieldOptions] = {}
    for kind in kinds.declared.values():
        for name, options in kind.options.fields.items():
            words[name] = _both(words[name], options) if name in words else options
    translation = create_model("Translation", __base__=Translation, **_fields("Words", words, words=True))
    translation.__doc__ = Translation.__doc__
    return SourceModels(originals, translation)


def _both(one: FieldOptions, other: FieldOptions) -> FieldOptions:
    """Return one field for two kinds that both translate it; `kinds.load` has seen that their types agree."""
    if not one.has_words or not other.has_words:
        return one if one.has_words else other
    fields = dict(one.fields)
    for name, options in other.fields.items():
        fields[name] = _both(fields[name], options) if name in fields else options
    return one.model_copy(update={"fields": fields})
