"""Read the folders of `themes/base/kinds/`: every error in a declaration has its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from congtin import strict_yaml
from congtin.errors import Problem, did_you_mean
from congtin.kinds.declaration import MOMENTS, ORDERED, TRANSLATED, FieldOptions, FieldType, KindOptions
from congtin.kinds.kinds import BUILT_IN, FILE, NO_KINDS, Kind, Kinds
from congtin.layout import KINDS
from congtin.messages import Msg, msg
from congtin.rules.reading import read_model
from congtin.validation import StrictModel

_NAME = re.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SUFFIX = re.compile("[a-z0-9]{1,5}")
MOST_DEPTH = 3
_WORDS = frozenset({FieldType.LINE, FieldType.TEXT})
_OF_ITEMS = 2
"""So many steps lead to a field that is not in a group."""
# What every original or translation has; a kind's own field cannot be called the same.
SOURCE_FIELDS = frozenset(
    {
        "id", "kind", "title", "summary", "abstract", "date", "updated", "change_note", "author", "source", "tags",
        "image", "image_alt", "image_credit", "crosspost", "crosspost_ended", "aliases", "withdrawn", "draft", "demo",
        "dialect", "translated_from", "issuer", "signatory_post", "teaser", "declared", "references",
    }
)  # fmt: skip
# Templates write item.fields.name, and front matter becomes attributes of a model.
_TAKEN = frozenset({*dir(dict), *dir(StrictModel)})


def load_kinds(root: Path) -> tuple[Kinds, list[Problem]]:
    """Return the kinds below ``root`` and every error in their declarations; without the folder only the engine's."""
    folder = root / KINDS
    if not folder.is_dir():
        return NO_KINDS, []
    loader = _Loader(root)
    for place in sorted(folder.iterdir()):
        loader.add(place)
    loader.compare()
    return Kinds(dict(sorted(loader.found.items()))), loader.problems


class _Files:
    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file; None where there is none."""
        file = self.root / path
        return file.read_bytes() if file.is_file() else None

    def paths(self, below: str) -> list[str]:
        """Return nothing: single files are read."""
        return []


@dataclass
class _Loader:
    root: Path
    found: dict[str, Kind] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, place: Path) -> None:
        """Read one folder."""
        name, path = place.name, f"{KINDS}/{place.name}"
        if not place.is_dir() or place.is_symlink() or not _NAME.fullmatch(name) or len(name) > 40:
            hint = msg("A kind is a folder: lower-case letters without diacritics, digits, single hyphens.")
            self.problems.append(Problem("path-form", msg("The file has no place here."), path, 0, hint))
            return
        if name in BUILT_IN:
            taken = msg("The engine has the kind “{kind}” itself.", kind=name)
            self.problems.append(Problem("kind-taken", taken, path, 0, msg("Give the folder another name.")))
            return
        text, options, problems = read_model(_Files(self.root), f"{path}/{FILE}", KindOptions)
        self.problems += problems
        if options is not None:
            self.texts[name] = text
            self.found[name] = Kind(name, options)
            self.problems += _Declaration(f"{path}/{FILE}", text, options).problems()

    def compare(self) -> None:
        """Look for what two kinds cannot both have: a section's list, a translated field of two types."""
        owners: dict[str, str] = {}
        words: dict[str, tuple[str, str]] = {}
        for name, kind in self.found.items():
            section = kind.options.section
            known = [k.options.section for k in BUILT_IN.values()]
            if kind.options.own_list and (section in owners or section in known):
                owner = owners.get(section, "theme.yaml")
                text = msg("The list of sections of the kind “{section}” is that of “{kind}”.",
                           section=section, kind=owner)  # fmt: skip
                self.tell(name, ["section"], text, msg("Write “list: false”, or name another kind of section."))
            elif kind.options.own_list:
                owners[section] = name
            for where, shape in _words(kind.options.fields):
                other, known_shape = words.setdefault(".".join(where), (name, shape))
                if shape != known_shape:
                    text = msg("“{field}” is translated in the kind “{kind}” too, but has another type there.",
                               field=".".join(where), kind=other)  # fmt: skip
                    steps = [step for part in where for step in ("fields", part)]
                    self.tell(name, steps, text, msg("Give one of the two another name."))
        for name, kind in self.found.items():
            for where, options in _nested(kind.options.fields):
                for number, wanted in enumerate(options.kinds):
                    if wanted not in {*BUILT_IN, *self.found}:
                        text = msg("There is no kind “{kind}”.", kind=wanted)
                        hint = did_you_mean(wanted, [*BUILT_IN, *self.found])
                        self.tell(name, [*where, "kinds", number], text, hint)

    def tell(self, name: str, where: Sequence[str | int], text: Msg, hint: Msg | None) -> None:
        line = strict_yaml.line_of(self.texts[name], where)
        self.problems.append(Problem("wrong-kind", text, f"{KINDS}/{name}/{FILE}", line, hint))


_Place = tuple[str, ...]


def _nested(fields: Mapping[str, FieldOptions], at: _Place = ()) -> Iterator[tuple[_Place, FieldOptions]]:
    """Yield every field, with the steps that lead to it in the YAML."""
    for name, options in fields.items():
        yield (*at, "fields", name), options
        yield from _nested(options.fields, (*at, "fields", name))


def _words(fields: Mapping[str, FieldOptions], at: _Place = ()) -> Iterator[tuple[_Place, str]]:
    """Yield every field of which translations have their own, and the shape it has there."""
    for name, options in fields.items():
        if options.has_words:
            yield (*at, name), f"{options.type} {options.many}"
            yield from _words(options.fields, (*at, name))


@dataclass
class _Declaration:
    """Asks of one declaration that has the right form whether it makes sense."""

    path: str
    text: str
    options: KindOptions

    def problems(self) -> Iterator[Problem]:
        for where, field_options in _nested(self.options.fields):
            for steps, text, hint in _field(where, field_options):
                yield self.problem([*where, *steps], text, hint)
        yield from self.states()
        yield from self.calendar()
        by, fields = self.options.order.by, self.options.fields
        ordered = [name for name, f in fields.items() if f.type in ORDERED and not f.many]
        if by != "date" and by not in ordered:
            text = msg("A list cannot be ordered by “{field}”.", field=by)
            hint = did_you_mean(by, ["date", *ordered])
            yield self.problem(["order", "by"], text, hint or _known(["date", *ordered]))

    def states(self) -> Iterator[Problem]:
        states, fields = self.options.states, self.options.fields
        passing = [name for name, f in fields.items() if f.type in MOMENTS and not f.many]
        for number, (name, state) in enumerate(states.items()):
            where = ["states", name]
            if (state.until is None) != (number == len(states) - 1):
                text = msg("Every state but the last needs “until”, and the last has none.")
                yield self.problem(where, text, msg("“until” names a field of the type day or moment."))
            elif state.until is not None and state.until not in passing:
                text = msg("“{field}” is no field of the type day or moment.", field=state.until)
                yield self.problem([*where, "until"], text, did_you_mean(state.until, passing) or _known(passing))

    def calendar(self) -> Iterator[Problem]:
        """Ask whether what a calendar is made of are fields of the right types."""
        calendar, fields = self.options.calendar, self.options.fields
        if calendar is None:
            return
        groups = [name for name, f in fields.items() if f.type is FieldType.GROUP and f.many]
        if calendar.entries is not None and calendar.entries not in groups:
            text = msg("“{field}” is no list of groups.", field=calendar.entries)
            hint = did_you_mean(calendar.entries, groups) or _known(groups)
            yield self.problem(["calendar", "entries"], text, hint)
            return
        if not self.options.feeds:
            text = msg("Appointments stand in a calendar only where Items stand in feeds.")
            yield self.problem(["calendar"], text, msg("Write “feeds: true”."))
        inner = fields[calendar.entries].fields if calendar.entries else fields
        words = [name for name, f in inner.items() if f.type in _WORDS and not f.many]
        times = [name for name, f in inner.items() if f.type in MOMENTS and not f.many]
        certain = [name for name in times if inner[name].required]
        wanted: list[tuple[list[str | int], str | None, list[str]]] = [
            (["starts"], calendar.starts, certain),
            (["ends"], calendar.ends, times),
            (["summary"], calendar.summary, words),
            (["place"], calendar.place, words),
        ]
        wanted += [(["notes", number], name, words) for number, name in enumerate(calendar.notes)]
        for where, name, fitting in wanted:
            if name is not None and name not in fitting:
                text = msg("“{field}” is no field that can be the “{key}” of an appointment.", field=name, key=where[0])
                hint = msg("Fields that can: {words}. “starts” names a required one.", words=", ".join(fitting) or "–")
                yield self.problem(["calendar", *where], text, hint)

    def problem(self, where: Sequence[str | int], text: Msg, hint: Msg | None = None) -> Problem:
        return Problem("wrong-kind", text, self.path, strict_yaml.line_of(self.text, where), hint)


def _known(words: Sequence[str]) -> Msg:
    return msg("Known are: {words}.", words=", ".join(words))


def _field(where: Sequence[str], options: FieldOptions) -> Iterator[tuple[list[str | int], Msg, Msg | None]]:
    """Yield (further steps, what is wrong, how to mend it) of one field."""
    name = where[-1]
    if name in _TAKEN or name.startswith("model_") or (len(where) == _OF_ITEMS and name in SOURCE_FIELDS):
        text = msg("A field cannot be called “{field}”: every Item has something of that name.", field=name)
        yield [], text, msg("Choose another name.")
    if len(where) // 2 > MOST_DEPTH:
        yield [], msg("Groups are nested too deeply: at most {most} levels.", most=MOST_DEPTH), None
    needs = {"choices": FieldType.CHOICE, "fields": FieldType.GROUP, "kinds": FieldType.ITEM, "endings": FieldType.FILE}
    for key, of_type in needs.items():
        given = bool(getattr(options, key))
        if given and options.type is not of_type:
            text = msg("Only a field of the type “{type}” has “{key}”.", type=of_type.value, key=key)
            yield [key], text, None
        elif not given and options.type is of_type and key in ("choices", "fields"):
            yield [], msg("A field of the type “{type}” needs “{key}”.", type=of_type.value, key=key), None
    if options.translated and options.type not in TRANSLATED:
        words = ", ".join(sorted(TRANSLATED))
        text = msg("A field of the type “{type}” is not translated.", type=options.type.value)
        yield ["translated"], text, msg("Types that are: {words}.", words=words)
    if options.required and options.expected:
        yield ["expected"], msg("A field is required or expected, not both."), None
    for number, ending in enumerate(options.endings):
        if not _SUFFIX.fullmatch(ending):
            yield ["endings", number], msg("“{ending}” is no suffix such as pdf.", ending=ending), None
