"""Hold a Site's picks against the Items as they are: consent is to exactly what was read (F1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from congtin.catalogue.source import Catalogue, Item
from congtin.crosspost.acceptance import consented
from congtin.errors import Problem, Severity
from congtin.messages import msg
from congtin.model import HANOI_TIME
from congtin.network.network import Network, Site
from congtin.network.options import Pick


def pick_problems(network: Network, site: Site, catalogue: Catalogue, now: datetime) -> Iterator[Problem]:
    """Yield what is wrong with the picks of a Site."""
    broken = {problem.path for problem in catalogue.problems}
    for pick in site.picks.values():
        file = f"sites/{site.id}/picks/{pick.item}.yaml"
        item = catalogue.items.get(pick.item)
        if item is not None:
            yield from _pick(network, site, item, pick, file, now)
        elif broken.isdisjoint(pick.sources):
            text = msg("There is no Item with the id “{id}”.", id=pick.item)
            yield Problem("unknown-item", text, file, 1)


def _pick(network: Network, site: Site, item: Item, pick: Pick, file: str, now: datetime) -> Iterator[Problem]:
    """Hold a pick against the Item; withdrawal and the end of an offer need only the origin (J6, A12)."""
    over = _names(network, item.facts.crosspost_ended, site) or is_past(pick.ended, now)
    withdrawn = item.facts.withdrawn
    if pick.refused:
        text = msg("{site} does not take this Item: {reason}", site=site.id, reason=pick.refused)
        yield Problem("refused", text, item.original.path, 0, None, Severity.NOTICE)
    elif not over and not _names(network, item.facts.crosspost, site):
        text = msg("{path} is not offered to {site}.", path=item.original.path, site=site.id)
        hint = msg("Its “crosspost” must name this Site.")
        yield Problem("pick-not-offered", text, file, 1, hint)
    elif over or (withdrawn and withdrawn.at <= now):
        return
    elif pick.sources != consented(item, pick.mode):
        text = msg("{path} has changed since it was picked.", path=item.original.path)
        hint = msg("Read it again, then run: congtin site pick {site} {id}", site=site.id, id=item.id)
        yield Problem("pick-outdated", text, file, 1, hint)


def _names(network: Network, patterns: list[str], site: Site) -> bool:
    return any(target.id == site.id for pattern in patterns for target in network.matching(pattern))


def is_past(day: date | None, now: datetime) -> bool:
    """Tell whether a day has come, in Hà Nội time."""
    return day is not None and day <= now.astimezone(HANOI_TIME).date()
