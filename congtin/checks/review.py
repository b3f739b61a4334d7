"""What an approver is shown beside the checks: findings that ask for a person's judgement (E25)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from congtin.catalogue.source import Item
from congtin.checks.registry import Repository
from congtin.errors import Problem

Review = Callable[[Repository, Item], Iterator[Problem]]
REVIEWS: dict[str, Review] = {}


def review(name: str) -> Callable[[Review], Review]:
    """Register a check of one Item for review; it may read the Item's files, which a build does not."""

    def register(function: Review) -> Review:
        if name in REVIEWS:
            raise ValueError(name)
        REVIEWS[name] = function
        return function

    return register
