"""The levels of the cascade: one YAML file upon another, and where each field was set last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from congtin import strict_yaml
from congtin.layout import DEFAULTS

Data = dict[str, object]


@dataclass(frozen=True)
class File:
    """One YAML file; ``within`` is the key inside it that counts."""

    path: str
    text: str
    data: Data
    within: tuple[str, ...] = ()

    def part(self, *keys: str) -> File:
        data: object = self.data
        for key in keys:
            data = data.get(key) if isinstance(data, dict) else None
        return File(self.path, self.text, data if isinstance(data, dict) else {}, keys)

    def has(self, where: Sequence[str | int]) -> bool:
        data: object = self.data
        for step in where:
            if isinstance(data, dict) and step in data:
                data = data[str(step)]
            elif isinstance(data, list) and isinstance(step, int) and step < len(data):
                data = data[step]
            else:
                return False
        return True

    def is_empty(self, where: Sequence[str | int]) -> bool:
        """Tell whether a field that the file has says nothing: null, {} or []."""
        data: object = self.data
        for step in where:
            data = data[step] if isinstance(data, dict | list) else None  # type: ignore[index]
        return data in (None, {}, [])

    def line(self, where: Sequence[str | int]) -> int:
        return strict_yaml.line_of(self.text, [*self.within, *where])


def locate(levels: list[File], where: Sequence[str | int]) -> tuple[str, int]:
    """Return where a field was set last; a field nobody set is the last file's business."""
    lists = [number for number, step in enumerate(where) if isinstance(step, int)]
    decided = where[: lists[0]] if lists else where  # a list replaces the whole list below it
    for level in reversed(levels):
        if level.has(decided) and not (level.path == DEFAULTS and level.is_empty(decided)):
            return level.path, level.line(where)
    return levels[-1].path, levels[-1].line([])


def merge(low: Data, high: Data, *, null_removes: bool = False) -> Data:
    """Return ``high`` on top of ``low``; null says nothing, except that it removes a section.

    Sections that a file names come after the inherited ones, in the file's order.
    """
    merged = dict(low)
    for key, value in high.items():
        below = merged.pop(key, None) if null_removes else merged.get(key)
        if value is None:
            if not null_removes:
                merged.setdefault(key, None)
        elif isinstance(value, dict):
            merged[key] = merge(below if isinstance(below, dict) else {}, value, null_removes=key == "sections")
        else:
            merged[key] = value
    return merged
