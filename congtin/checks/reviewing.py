"""Run the reviews over Items: what an approver is shown beside the checks (E25)."""

from __future__ import annotations

from collections.abc import Iterable

from congtin.catalogue.source import Item
from congtin.checks import fixed_pages, reuse, reviews
from congtin.checks.registry import Repository
from congtin.checks.review import REVIEWS
from congtin.errors import Problem

__all__ = ["review_items"]
_MODULES = (fixed_pages, reuse, reviews)


def review_items(repository: Repository, items: Iterable[Item]) -> list[Problem]:
    """Return what is to be judged in these Items, in reading order."""
    wanted = list(items)
    found = {problem for item in wanted for function in REVIEWS.values() for problem in function(repository, item)}
    return sorted(found, key=Problem.sort_key)
