"""What a gate found: on which page, which rule, which element, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One fault of one page."""

    page: str
    """Address of the page, with the look it was found in, such as “phone, dark”."""
    rule: str
    element: str
    """The element's own HTML or where it stands, shortened."""
    mend: str

    def __str__(self) -> str:
        return f"{self.page}\n    {self.rule}: {self.element}\n    mend: {self.mend}"


def short(text: str, most: int = 160) -> str:
    """Return a text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def told(found: Iterable[Finding], most: int = 25) -> str:
    """Return findings for a person: rules with their number first, then the findings, one of each rule before more."""
    every = sorted(set(found))
    rules: dict[str, list[Finding]] = {}
    for each in every:
        rules.setdefault(each.rule, []).append(each)
    counts = [f"{len(each):5} × {rule}" for rule, each in sorted(rules.items(), key=lambda pair: -len(pair[1]))]
    turns = sorted((number, each) for group in rules.values() for number, each in enumerate(group))
    return "\n".join([f"{len(every)} findings", *counts, *(str(each) for _, each in turns[:most])])
