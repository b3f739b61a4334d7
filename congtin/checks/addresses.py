"""No published address is ever lost: each stays a page, a redirect or a withdrawal (A12)."""

from __future__ import annotations

from collections.abc import Iterator

from congtin.checks.registry import Repository
from congtin.errors import Problem
from congtin.messages import msg


def addresses(repository: Repository) -> dict[str, str]:
    """Return every lasting address with the file it comes from: Items, former addresses, sections, homes."""
    found: dict[str, str] = {}
    items = repository.catalogue.items
    for site in repository.network.sites.values():
        for edition in site.editions:
            found[edition.base_url] = site.file
            for section in site.options.sections:
                found[f"{edition.base_url}{section}/"] = site.file
            for placement in repository.placements.by_edition.get(edition.key, ()):
                found[f"{edition.base_url}{placement.path}"] = items[placement.item].original.path
            for redirect in repository.placements.redirects.get(edition.key, ()):
                found[f"{edition.base_url}{redirect.path}"] = items[redirect.item].original.path
    return found


def lost_addresses(base: Repository, head: Repository) -> Iterator[Problem]:
    """Yield an error for each address of ``base`` that ``head`` no longer answers."""
    kept = addresses(head)
    for address, path in sorted(addresses(base).items()):
        if address not in kept:
            yield Problem(
                "lost-address",
                msg("The address {address} would be lost.", address=address),
                path,
                hint=msg("Add it to “aliases” (or “crosspost_ended” for a copy), or withdraw the Item instead."),
            )
