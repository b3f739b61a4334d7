"""Run all checks over a Repository."""

from __future__ import annotations

from congtin.checks import alerts, documents, fixed_pages, items, links, places, required_sections, retired
from congtin.checks.registry import CHECKS, Repository
from congtin.errors import Problem, Severity
from congtin.messages import msg

__all__ = ["run_checks"]
_MODULES = (alerts, documents, fixed_pages, items, links, places, required_sections, retired)


def run_checks(repository: Repository) -> list[Problem]:
    """Return every Problem, those found while reading and placing included, in reading order."""
    found = {*repository.catalogue.problems, *repository.placements.problems}
    for function in CHECKS.values():
        found.update(function(repository))
    found.update(_waiting(repository))
    return sorted(found, key=Problem.sort_key)


def _waiting(repository: Repository) -> list[Problem]:
    """Name Items offered to Sites that have not accepted them; they are published at home all the same (F1)."""
    problems = []
    by_item: dict[str, list[str]] = {}
    for waiting in repository.placements.waiting:
        by_item.setdefault(waiting.item, []).append(waiting.target)
    for item_id, targets in by_item.items():
        item = repository.catalogue.items[item_id]
        if len(targets) == 1:
            text = msg("{site} has not accepted this Item yet.", site=targets[0])
        else:
            text = msg(
                "{count} Sites have not accepted this Item yet: {sites}.",
                count=len(targets),
                sites=", ".join(targets[:5]),
            )
        hint = msg(
            "Their Board can accept it: congtin site pick {site} {id} --into SECTION", site=targets[0], id=item_id
        )
        problems.append(Problem("not-accepted", text, item.original.path, 2, hint, Severity.NOTICE))
    return problems
