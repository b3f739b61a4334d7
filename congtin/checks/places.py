"""Every Source has a place: it is published somewhere, or deliberately left out."""

from __future__ import annotations

from collections.abc import Iterator

from congtin.checks.registry import Repository, check
from congtin.errors import Problem
from congtin.messages import msg


@check("places")
def check_places(repository: Repository) -> Iterator[Problem]:
    """Yield Sources that no Edition shows although their Item is live."""
    placed = {(p.item, p.lang) for places in repository.placements.by_edition.values() for p in places}
    left_out = {*repository.placements.drafts, *repository.placements.scheduled}
    # Whoever lost an address to another Item has been told so already.
    clashing = {problem.path for problem in repository.placements.problems if problem.code == "address-clash"}
    for item in repository.own_items:
        for source in item.sources():
            if item.id in left_out or item.original.path in clashing:
                continue
            if (item.id, source.lang) not in placed:
                yield Problem("not-placed", msg("No Edition shows this text."), source.path)


@check("slugs")
def check_slugs(repository: Repository) -> Iterator[Problem]:
    """Yield slugs that read like the path of a language."""
    for item in repository.own_items:
        prefixes = {edition.prefix for edition in repository.network.sites[item.site].editions}
        slug = item.original.where.slug
        if slug in prefixes:
            text = msg("An Item cannot be called “{slug}”: a language has that address.", slug=slug)
            yield Problem("reserved-address", text, item.original.path)
