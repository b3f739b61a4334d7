"""Write a Site's consent to one Item as it is now (F1)."""

from __future__ import annotations

from pathlib import Path

import yaml

from congtin.catalogue.source import Catalogue
from congtin.crosspost.acceptance import consented
from congtin.errors import UsageError, did_you_mean, list_of
from congtin.messages import msg
from congtin.network.network import Network, Site
from congtin.network.options import Mode


def write_pick(
    network: Network, catalogue: Catalogue, site: Site, item_id: str, into: str | None, mode: Mode | None = None
) -> Path:
    """Write or renew `picks/<item-id>.yaml` and return its path; what is not named stays as it was picked before.

    Raise UsageError when the Item does not exist, is not offered to the Site, or no section is named.
    """
    item = catalogue.items.get(item_id)
    if item is None:
        text = msg("There is no Item with the id “{id}”.", id=item_id)
        raise UsageError(text, did_you_mean(item_id, catalogue.ids))
    if not any(target.id == site.id for pattern in item.facts.crosspost for target in network.matching(pattern)):
        text = msg("{path} is not offered to {site}.", path=item.original.path, site=site.id)
        raise UsageError(text, msg("Its “crosspost” must name this Site."))
    before = site.picks.get(item_id)
    section = into or (before.into if before else None)
    if section is None or section not in site.options.sections:
        words = msg("The sections of {site} are: {words}.", site=site.id, words=list_of(site.options.sections))
        raise UsageError(msg("Name a section of {site} with --into.", site=site.id), words)
    chosen = mode or (before.mode if before else "copy")
    data: dict[str, object] = {
        "item": item_id,
        "into": section,
        **({"mode": chosen} if chosen != "copy" else {}),
        "sources": consented(item, chosen),
    }
    return _write(network, site, item_id, data)


def write_refusal(network: Network, catalogue: Catalogue, site: Site, item_id: str, reason: str) -> Path:
    """Write that a Site's Board does not take an Item, and why; return the file's path."""
    if item_id not in catalogue.items:
        text = msg("There is no Item with the id “{id}”.", id=item_id)
        raise UsageError(text, did_you_mean(item_id, catalogue.ids))
    return _write(network, site, item_id, {"item": item_id, "refused": reason})


def _write(network: Network, site: Site, item_id: str, data: dict[str, object]) -> Path:
    path = network.root / "sites" / site.id / "picks" / f"{item_id}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000), "utf-8")
    return path
