"""The information that must be public on each Site, and where each stands (C1, C17)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from congtin.catalogue.front_matter import Document
from congtin.catalogue.source import Item
from congtin.checks.registry import Repository
from congtin.checks.required_sections import asked_of, covering, has_no_place, unknown_fields
from congtin.network.network import Site
from congtin.rules.combine import InForce, SiteRules
from congtin.rules.deadlines import due
from congtin.rules.pack_rules import Deadline, RequiredSection
from congtin.rules.working_days import WorkingDays

# What readers wait for; the other duties are the offices’ own.
_ACTIONS = ("publish", "answer")
State = Literal["present", "empty", "missing", "unverified"]


@dataclass(frozen=True)
class Standing:
    """Where one Site stands with one piece of information."""

    site: str
    entry: InForce[RequiredSection]
    state: State
    """``missing``: there is no section for it; ``unverified``: the text that lists it is not to hand."""
    sections: tuple[str, ...]
    """Where on the Site it stands."""
    unknown: tuple[str, ...]
    """Facts of the Site that are asked for and not known."""
    count: int
    """How many Items are published there."""
    newest: datetime | None
    deadlines: tuple[InForce[Deadline], ...]
    """Within what time it is published or answered."""
    late: int
    """Documents published after the last of these deadlines."""
    owner: str
    """Whose duty it is: the Site's Board, else the authority it belongs to; empty where neither is known."""


def standings(repository: Repository, sites: Iterable[Site], calendar: WorkingDays) -> Iterator[Standing]:
    """Yield where each of these Sites stands with all that is asked of it; the Repository has rules."""
    if repository.rules is None:
        raise ValueError("a Repository without rules")
    for site in sites:
        rules, published = repository.rules(site.id), _published(repository, site)
        for entry in asked_of(site, rules, repository.now):
            yield _standing(site, rules, entry, published, calendar)


def _published(repository: Repository, site: Site) -> Mapping[str, Sequence[Item]]:
    """Return the Items that the Site's main Edition shows, by section; withdrawn ones are not there."""
    found: dict[str, list[Item]] = defaultdict(list)
    for placement in repository.placements.by_edition.get(site.editions[0].key, ()):
        item = repository.catalogue.items[placement.item]
        withdrawn = item.facts.withdrawn
        if withdrawn is None or withdrawn.at > repository.now:
            found[placement.section].append(item)
    return found


def _standing(
    site: Site,
    rules: SiteRules,
    entry: InForce[RequiredSection],
    published: Mapping[str, Sequence[Item]],
    calendar: WorkingDays,
) -> Standing:
    rule = entry.rule
    sections, unknown = covering(site, rule), unknown_fields(site, rule)
    items = [
        item
        for section, some in published.items()
        for item in some
        if section in sections or item.facts.kind in rule.item_kinds
    ]
    deadlines = tuple(
        other for other in rules.deadlines if other.rule.subject in rule.subjects and other.rule.action in _ACTIONS
    )
    return Standing(
        site.id,
        entry,
        _state(site, entry, has_something=bool(items) or bool(rule.site_fields and not unknown)),
        sections,
        unknown,
        len(items),
        max((item.facts.date for item in items), default=None),
        deadlines,
        sum(_is_late(item, deadlines, calendar) for item in items),
        site.options.board or site.options.owning_authority or "",
    )


def _state(site: Site, entry: InForce[RequiredSection], *, has_something: bool) -> State:
    if has_something:
        return "present"
    if has_no_place(site, entry):
        return "missing"
    return "empty" if entry.status == "verified" or covering(site, entry.rule) else "unverified"


def _is_late(item: Item, deadlines: Sequence[InForce[Deadline]], calendar: WorkingDays) -> bool:
    """Tell whether a document came after the last deadline that may be its own (G3, G4).

    Who issued a document decides between two deadlines, and an Item does not say whose agency that is: only what is
    too late for all of them counts.
    """
    if not isinstance(item.facts, Document):
        return False
    counted = [entry for entry in deadlines if entry.rule.event == "issued"]
    counted = [entry for entry in counted if entry.rule.counted and entry.rule.action == "publish"]
    ends = [due(entry, item.facts.issued, calendar).at for entry in counted]
    return bool(ends) and item.facts.date > max(ends)
