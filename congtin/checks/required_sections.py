"""Whether each Site has the sections its regulations ask for (C1, C2, C6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from congtin.checks.registry import Repository, check
from congtin.errors import Problem, Severity
from congtin.messages import msg
from congtin.network.network import Site

if TYPE_CHECKING:
    # Builds run this module's check without rules and need none of theirs.
    from congtin.rules.combine import InForce, SiteRules
    from congtin.rules.pack_rules import RequiredSection


def asked_of(site: Site, rules: SiteRules, now: datetime) -> Iterator[InForce[RequiredSection]]:
    """Yield what a Site must carry; nothing is asked of one whose organisation is no more (A17)."""
    if not site.is_retired(now):
        for entry in rules.required_sections:
            if not entry.rule.site_kinds or site.kind in entry.rule.site_kinds:
                yield entry


def covering(site: Site, rule: RequiredSection) -> tuple[str, ...]:
    """Return the sections of a Site in which what is asked for stands."""
    return tuple(name for name in rule.sections or [rule.id] if name in site.options.sections)


def unknown_fields(site: Site, rule: RequiredSection) -> tuple[str, ...]:
    """Return which of the facts asked for a Site's file does not give."""
    return tuple(name for name in rule.site_fields if not _fact(site, name))


def _fact(site: Site, name: str) -> object:
    found: object = site.options
    for step in name.split("."):
        found = getattr(found, step)
    return found


def has_no_place(site: Site, entry: InForce[RequiredSection]) -> bool:
    """Tell whether a Site has no section for what is asked of it.

    What rests on a text that is not to hand names no section anybody could add; what stands in the Site's own
    facts, or in one Item of a certain kind, needs none of its own.
    """
    rule = entry.rule
    return entry.status == "verified" and not (rule.site_fields or rule.item_kinds or covering(site, rule))


@check("required-sections")
def check_required_sections(repository: Repository) -> Iterator[Problem]:
    """Yield for each Site what is asked of it and has no section.

    A warning in a release too: no regulation lets a Site do without, and none wants the news of all other Sites
    held back until one of them has its section.
    """
    if repository.rules is None:
        return
    for site in repository.own_sites():
        missing = [
            entry for entry in asked_of(site, repository.rules(site.id), repository.now) if has_no_place(site, entry)
        ]
        if missing:
            wanted = "; ".join(
                f"{' / '.join(entry.rule.sections or [entry.rule.id])} ({entry.source})" for entry in missing
            )
            text = msg("Sections that regulations ask for are missing: {sections}.", sections=wanted)
            hint = msg(
                "Add them to “sections” of the Site, or of its Portal's “defaults” for all; "
                "congtin check --coverage shows what stands where."
            )
            yield Problem("missing-section", text, site.file, 0, hint, Severity.WARNING)
