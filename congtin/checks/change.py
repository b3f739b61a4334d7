"""What one Change does to the repository: the Problems it brings, the Placements it changes (E25, F1, A12).

Only the Items it touches are looked at, and those it can matter to; what the checks say of them then is what they
would say of the whole repository.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from congtin.catalogue.files import readable
from congtin.catalogue.media import Looking
from congtin.catalogue.overlay import changed_files
from congtin.catalogue.store import CatalogueStore
from congtin.checks.addresses import lost_addresses
from congtin.checks.duplicates import duplicates
from congtin.checks.extent import removed_terms, touched_items
from congtin.checks.looks import Changed, Look, Side, look_at_both
from congtin.checks.placed import PlacementChange, eventual, placement_changes
from congtin.checks.registry import Repository
from congtin.checks.reviewing import review_items
from congtin.checks.run import run_checks
from congtin.crosspost.placements import Placements, place
from congtin.errors import Problem
from congtin.model import Profile

__all__ = ["ChangeView", "PlacementChange", "Side", "view_change"]


@dataclass(frozen=True)
class ChangeView:
    """A Change as the checks and the gate see it.

    The two Repositories hold only what the Change can matter to; their Networks know no other picks and moves.
    """

    before: Repository
    after: Repository
    problems: tuple[Problem, ...]
    """Of the side after: what the Change brings, and all there is in what it touches."""
    placed: tuple[PlacementChange, ...]


def view_change(
    store: CatalogueStore,
    before: Side,
    after: Side,
    changed: Collection[str],
    now: datetime,
    profile: Profile = Profile.WORK,
    *,
    holds: Literal["before", "after"] = "before",
) -> ChangeView:
    """Return what a Change of the files ``changed`` does; the store, in step with one side, is left as it was.

    ``holds`` names that side. Sites and rules of both sides must be sound (`load_network`); what is wrong with the
    modes of files is not seen here.
    """
    shown = {readable(path) for path in changed}
    here, other = (before, after) if holds == "before" else (after, before)
    # Where the two sides declare other kinds, a Source of such a kind is another one on each, whoever touched it.
    same_kinds = before.network.kinds == after.network.kinds
    read = changed if same_kinds else {*changed, *store.paths_by_kinds()}
    with changed_files(other.read, read) as folder:
        terms = {term.partition("/")[2] for term in removed_terms(before.network, after.network)}
        everything = before.numbers != after.numbers or not same_kinds
        # What lies beyond this side is somebody's wish; what is before the files at hand was approved.
        looking = Looking.APART if holds == "before" else Looking.HERE
        files = Changed(folder, read, shown, everything, terms, looking)
        looks = look_at_both(store, here, other, files, now)
    repositories = [_repository(side, look, now, profile) for side, look in zip((here, other), looks, strict=True)]
    old, new = repositories if holds == "before" else reversed(repositories)
    due = (eventual(old), eventual(new))
    known = {_key(problem) for problem in _problems(old, due[0])}
    touched = {*shown, *_files(old, shown), *_files(new, shown)}
    found = [p for p in _problems(new, due[1]) if p.path in touched or _key(p) not in known]
    found += lost_addresses(old, new)
    found += _review(new, looks[0 if holds == "after" else 1], shown)
    placed = tuple(placement_changes(old, new, due))
    return ChangeView(old, new, tuple(sorted(dict.fromkeys(found), key=Problem.sort_key)), placed)


def _repository(side: Side, look: Look, now: datetime, profile: Profile) -> Repository:
    placements = place(look.network, look.catalogue, now)
    return Repository(
        look.network,
        look.catalogue,
        placements,
        side.numbers,
        now,
        profile,
        judged=look.judged,
        rules=side.rules,
        reader=side.read,
    )


def _review(after: Repository, look: Look, changed: Collection[str]) -> Iterator[Problem]:
    """Yield what a person is to judge in the Items that a Change touches."""
    items = after.catalogue.by_path()
    touched = [items[path] for path in sorted(touched_items(changed) & items.keys())]
    yield from review_items(after, touched)
    for item in touched:
        yield from duplicates(after, item, look.alike.get(item.item_path, ()))


def _problems(repository: Repository, due: Placements) -> list[Problem]:
    """Return what is wrong now, and the addresses that two Items will claim once both are published."""
    later = [problem for problem in due.problems if problem.code == "address-clash"]
    return [*run_checks(repository), *later]


def _key(problem: Problem) -> tuple[object, ...]:
    """Return what makes two Problems one: not the line, which moves, nor the hint, which is about others."""
    message = problem.message
    return (problem.code, problem.path, message.msgid, str(dict(message.values)), problem.severity)


def _files(repository: Repository, changed: Collection[str]) -> Iterator[str]:
    """Yield the files of the Items that a Change touches."""
    items = repository.catalogue.by_path()
    for path in touched_items(changed) & items.keys():
        yield from items[path].blobs()
