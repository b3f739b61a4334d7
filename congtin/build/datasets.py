"""Which Items are open data, and where a Portal's catalogue of them stands; without what writes it."""

from __future__ import annotations

from congtin.build.contexts import Contexts
from congtin.build.plan import PlacedItem
from congtin.model import Role

CATALOGUE = "du-lieu-mo/"
TURTLE, JSON_LD = "catalog.ttl", "catalog.jsonld"
DATASET = "dataset"


def open_datasets(contexts: Contexts) -> list[PlacedItem]:
    """Return the Items of the kind for open data that are at home here, oldest first."""
    live = contexts.outline.live
    return [p for p in live if str(p.item.facts.kind) == DATASET and p.placement.role is Role.ORIGINAL]
