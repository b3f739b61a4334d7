"""Values of YAML before and after, key by key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from congtin.editorial.diff.model import FieldChange, Piece, Sign
from congtin.editorial.diff.visible import visible
from congtin.editorial.diff.words import pieces, spans
from congtin.messages import Msg

_PLACE = re.compile(r"\[\d+\]")


class Missing:
    """There is no value on this side; not the same as an empty one."""


MISSING = Missing()


def compare_values(
    old: object, new: object, labels: Mapping[str, Msg] | None = None, *, ordered: bool = False
) -> tuple[FieldChange, ...]:
    """Return every value that differs between two results of `strict_yaml.load` or MISSING.

    ``labels`` names fields for people, by path without places in lists. With ``ordered``, another order of keys
    below the first level is a difference too: `sites/` orders menus by it.
    """
    return tuple(_Walk(labels or {}, ordered).compare("", old, new))


@dataclass(frozen=True)
class _Walk:
    labels: Mapping[str, Msg]
    ordered: bool

    def compare(self, path: str, old: object, new: object) -> Iterator[FieldChange]:
        if self.written(old) == self.written(new):
            return
        if _mapping(old) and _mapping(new) and (_as_mapping(old) or _as_mapping(new)):
            yield from self.keys(path, _as_mapping(old), _as_mapping(new))
        elif _entries(old) and _entries(new):
            yield from self.entries(path, _as_list(old), _as_list(new))
        else:
            yield self.change(path, old, new)

    def keys(self, path: str, was: Mapping[str, object], now: Mapping[str, object]) -> Iterator[FieldChange]:
        for key in {**was, **now}:
            shown = visible(key)
            yield from self.compare(f"{path}.{shown}" if path else shown, was.get(key, MISSING), now.get(key, MISSING))
        order = [key for key in was if key in now], [key for key in now if key in was]
        if self.ordered and path and order[0] != order[1]:
            before, after = (visible(", ".join(keys)) for keys in order)
            yield FieldChange(path, self.label(path), before, after, pieces(before, after), order=True)

    def entries(self, path: str, was: Sequence[object], now: Sequence[object]) -> Iterator[FieldChange]:
        for span in spans([*map(self.written, was)], [*map(self.written, now)]):
            if span.equal:
                continue
            shared = min(span.b - span.a, span.d - span.c)
            for step in range(shared):
                yield from self.compare(f"{path}[{span.c + step + 1}]", was[span.a + step], now[span.c + step])
            for place in range(span.a + shared, span.b):
                yield from self.compare(f"{path}[{place + 1}]", was[place], MISSING)
            for place in range(span.c + shared, span.d):
                yield from self.compare(f"{path}[{place + 1}]", MISSING, now[place])

    def change(self, path: str, old: object, new: object) -> FieldChange:
        was, now = _shown(old), _shown(new)
        form = _shown
        if was == now:  # 15 and "15", a list of two and a text with a comma
            was, now = _quoted(old), _quoted(new)
            form = _quoted
        if isinstance(old, list) and isinstance(new, list):
            both = tuple(_entry_pieces([form(entry) or "" for entry in old], [form(entry) or "" for entry in new]))
        else:
            both = pieces(was or "", now or "")
        return FieldChange(path, self.label(path), was, now, both)

    def written(self, value: object) -> str:
        """Return a form that differs where values differ: ``true`` is not 1."""
        if isinstance(value, Missing):
            return ""
        return json.dumps(value, ensure_ascii=False, sort_keys=not self.ordered)

    def label(self, path: str) -> Msg | None:
        name = _PLACE.sub("", path)
        return self.labels.get(name) or self.labels.get(name.partition(".")[0])


def _mapping(value: object) -> bool:
    return isinstance(value, dict | Missing)


def _as_mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _entries(value: object) -> bool:
    """Tell whether a list holds more than single values: those are shown as one."""
    return isinstance(value, Missing) or (isinstance(value, list) and any(map(_compound, value)))


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _compound(value: object) -> bool:
    return isinstance(value, dict | list)


def _entry_pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    """Yield lists of single values entry by entry: of an entry that differs, no part is said to be the same."""
    between = ""
    for span in spans(old, new):
        was, now = old[span.a : span.b], new[span.c : span.d]
        for sign, run in ((Sign.SAME, was),) if span.equal else ((Sign.REMOVED, was), (Sign.ADDED, now)):
            if run:
                yield from [Piece(Sign.SAME, between)] if between else []
                yield Piece(sign, ", ".join(run))
                between = ", "


def _shown(value: object) -> str | None:
    if isinstance(value, Missing):
        return None
    if isinstance(value, str) and value:
        return visible(value)
    if isinstance(value, list) and value and not any(map(_compound, value)):
        return ", ".join(_shown(entry) or "" for entry in value)
    return _quoted(value)


def _quoted(value: object) -> str | None:
    return visible(json.dumps(value, ensure_ascii=False))
