"""Fixed pages are looked over again by the day they name (C14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from congtin.catalogue.front_matter import Page
from congtin.catalogue.source import Item
from congtin.checks.registry import Repository, check
from congtin.checks.review import review
from congtin.errors import Problem, Severity
from congtin.messages import msg
from congtin.model import HANOI_TIME
from congtin.strict_yaml import line_of

if TYPE_CHECKING:
    # Builds ask no rule packs.
    from congtin.rules.combine import InForce
    from congtin.rules.pack_rules import Review


@dataclass(frozen=True, slots=True)
class DuePage:
    """A fixed page that is to be looked over: its day has passed, or it names none although a regulation asks."""

    item: Item
    review_by: date | None
    days: int
    """How many days its day is past; 0 for a page without one."""
    source: str
    """The article that asks for it; empty where none does."""


def due_pages(repository: Repository) -> list[DuePage]:
    """Return the fixed pages to look over, those without a day last, the longest overdue first."""
    found = []
    for item in repository.own_items:
        late = _days_late(repository, item)
        rule = _rule(repository, item)
        if late > 0 or (late == 0 and rule and _is_shown(repository, item) and _day(item) is None):
            found.append(DuePage(item, _day(item), late, rule.source if rule else ""))
    return sorted(found, key=lambda due: (-due.days, due.item.path))


@check("review-dates")
def check_review_dates(repository: Repository) -> Iterator[Problem]:
    """Yield fixed pages whose day of review has passed: a warning, for the page still stands."""
    for item in repository.own_items:
        day = _day(item)
        if day and _days_late(repository, item) > 0:
            text = msg("The page was to be reviewed by {day}.", day=day.isoformat())
            hint = msg("Read it again, mend what has changed, and write the day of the next review into “review_by”.")
            line = line_of(item.original.front_text, ["review_by"]) + 1
            yield Problem("review-overdue", text, item.original.path, line, hint, Severity.WARNING)


@review("review-dates")
def check_review_date_is_named(repository: Repository, item: Item) -> Iterator[Problem]:
    """Yield fixed pages that name no day of review although a rule pack of their Site asks for reviews."""
    rule = _rule(repository, item)
    if rule and _day(item) is None and not item.facts.draft:
        text = msg("The page does not say by when it is reviewed again ({source}).", source=rule.source)
        months = rule.rule.months
        hint = msg("Write “review_by”, at most {months} months ahead.", months=months) if months else None
        yield Problem("no-review-date", text, item.original.path, 2, hint, Severity.WARNING)


def _day(item: Item) -> date | None:
    return item.facts.review_by if isinstance(item.facts, Page) else None


def _days_late(repository: Repository, item: Item) -> int:
    day = _day(item)
    if day is None or not _is_shown(repository, item):
        return 0
    return max(0, (repository.now.astimezone(HANOI_TIME).date() - day).days)


def _is_shown(repository: Repository, item: Item) -> bool:
    """Tell whether citizens read it as it is today; what a retired Site has is kept as it was (A17)."""
    if repository.network.sites[item.site].is_retired(repository.now):
        return False
    facts, now = item.facts, repository.now
    return not facts.draft and facts.date <= now and not (facts.withdrawn and facts.withdrawn.at <= now)


def _rule(repository: Repository, item: Item) -> InForce[Review] | None:
    """Return the rule of its Site that asks for reviews of fixed pages; None for anything else."""
    site = repository.network.sites[item.site]
    if repository.rules is None or not isinstance(item.facts, Page) or site.is_retired(repository.now):
        return None
    return next((entry for entry in repository.rules(item.site).reviews if entry.rule.subject == "fixed_pages"), None)
