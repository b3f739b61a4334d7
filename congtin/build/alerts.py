"""The alert banners of one Edition: which are up now, in whose words, and where each leads (C18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from congtin.catalogue.source import Catalogue
from congtin.crosspost.addresses import canonical_url
from congtin.model import Edition, Placement
from congtin.network.alerts import Alert
from congtin.network.network import Network, local


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """An alert that is up, as one Edition shows it; each text with its language."""

    level: str
    text: str
    text_lang: str
    url: str
    """Where to read more; empty where there is nothing, or not yet."""
    title: str
    """The title of the Item behind the link; empty for any other page."""
    title_lang: str
    begins: datetime
    until: datetime
    of_portal: bool
    """The Portal's Board has put it up, over Sites that are not its own."""


def alerts_up(
    network: Network, catalogue: Catalogue, edition: Edition, here: Mapping[str, Placement], now: datetime
) -> Iterator[ShownAlert]:
    """Yield the alerts over an Edition at ``now``, the most urgent first; ``here`` is what stands in it, by Item."""
    for alert in network.alerts_over(edition.key.site):
        if alert.is_up(now):
            options = alert.options
            text, lang = local(options.text, edition.lang)
            url, title, title_lang = _link(network, catalogue, alert, edition, here, now)
            foreign = "/" not in alert.owner and edition.key.site != f"{alert.owner}/portal"
            times = (options.begins, options.until)
            yield ShownAlert(options.level, text, lang, url, title, title_lang, *times, foreign)


def _link(
    network: Network,
    catalogue: Catalogue,
    alert: Alert,
    edition: Edition,
    here: Mapping[str, Placement],
    now: datetime,
) -> tuple[str, str, str]:
    """Return (address, title, language of the title); nothing of an Item that citizens cannot read now."""
    if not alert.item:
        return alert.options.link or "", "", ""
    item = catalogue.items.get(alert.item)
    withdrawn = item.facts.withdrawn if item else None
    if item is None or item.facts.draft or item.facts.date > now or (withdrawn and withdrawn.at <= now):
        return "", "", ""
    source = item.source(edition.lang) or item.original
    placement = here.get(item.id)
    if placement:
        return edition.root_path + placement.path, source.front.title, source.lang
    return canonical_url(network, item, edition.lang), source.front.title, source.lang
