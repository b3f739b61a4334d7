"""Items as they will be when their time comes: a Change is approved now for what it publishes later."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from congtin.catalogue.source import Catalogue, Item


def as_if_due(item: Item, now: datetime) -> Item:
    """Return an Item with its day come; a draft stays one, for it takes another Change to publish it."""
    if item.facts.draft or item.facts.date <= now:
        return item
    facts = item.facts.model_copy(update={"date": now})
    return replace(item, original=replace(item.original, front=facts))


def all_due(catalogue: Catalogue, now: datetime) -> Catalogue:
    """Return a Catalogue in which every Item's day has come."""
    return replace(catalogue, items={key: as_if_due(item, now) for key, item in catalogue.items.items()})
