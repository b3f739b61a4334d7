"""Texts that are published already: the same words under another address (E16)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from congtin.catalogue import front_matter
from congtin.catalogue.front_matter import Original
from congtin.catalogue.sketch import likeness
from congtin.catalogue.source import Item, Source
from congtin.checks.registry import Repository
from congtin.errors import Problem, Severity
from congtin.messages import msg

_ALIKE = 0.6
_ALIKE_WITH_TITLE = 0.3
_FEWEST_WORDS = 30
"""Shorter texts are alike by chance."""
_MOST_COMPARED = 50_000
"""So many letters tell enough of a text."""


def duplicates(repository: Repository, item: Item, others: Iterable[Source]) -> Iterator[Problem]:
    """Yield a warning for each published Source that says what an Item says; ``others`` are those that may."""
    own = _body(repository, item.original)
    if len(own.split()) < _FEWEST_WORDS:
        return
    for other in others:
        front = other.front
        if not isinstance(front, Original) or front.id == item.id or front.draft or front.withdrawn:
            continue
        theirs = _body(repository, other)
        alike = likeness(own, theirs) if len(theirs.split()) >= _FEWEST_WORDS else 0.0
        same_title = front.title.casefold().split() == item.facts.title.casefold().split()
        if alike >= (_ALIKE_WITH_TITLE if same_title else _ALIKE):
            text = msg("{share} % of the text stands in {path} too.", share=round(alike * 100), path=other.path)
            hint = msg(
                "Do not publish twice: offer the other to this Site (“crosspost”), or link to item:{id}.", id=front.id
            )
            yield Problem("duplicate", text, item.original.path, 2, hint, Severity.WARNING)


def _body(repository: Repository, source: Source) -> str:
    try:
        return front_matter.split(repository.text(source.path))[1][:_MOST_COMPARED]
    except front_matter.NoFrontMatter:
        return ""
