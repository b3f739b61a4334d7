"""How far a Change reaches: the Items whose files it touches, and more when `sites/` or the rules differ."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace

from congtin.catalogue.paths import BadPath, parse
from congtin.catalogue.rows import OFFER
from congtin.catalogue.store import CatalogueStore
from congtin.network.network import Network, Site
from congtin.network.options import Vocabulary


def touched_items(paths: Collection[str]) -> set[str]:
    """Return the paths of the Items that these files belong to."""
    return set(_items(paths))


def _items(paths: Collection[str]) -> Iterator[str]:
    for path in paths:
        try:
            yield parse(path).item_path
        except BadPath:
            continue


def picked_ids(paths: Collection[str]) -> set[str]:
    """Return the ids of the Items whose picks are among these files."""
    parted = [path.split("/") for path in paths]
    return {
        parts[4].removesuffix(".yaml")
        for parts in parted
        if len(parts) == 5 and parts[0] == "sites" and parts[3] == "picks"
    }


def removed_terms(before: Network, after: Network) -> set[str]:
    """Return the terms taken out of the vocabulary: any Item may have them."""
    return set(_terms(before.vocabulary)) - set(_terms(after.vocabulary))


def _terms(vocabulary: Vocabulary) -> Iterator[str]:
    # One term may be a tag and a field too.
    for kind in ("tags", "document_types", "document_fields"):
        yield from (f"{kind}/{term}" for term in getattr(vocabulary, kind))


def altered_sites(before: Network, after: Network) -> set[str]:
    """Return the Sites that judge or place Items otherwise than before; much that they say of themselves does not."""
    if before is after:
        return set()
    old, new = ({name: _face(site) for name, site in network.sites.items()} for network in (before, after))
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def _face(site: Site) -> tuple[object, ...]:
    options = site.options
    sections = [(name, section.kind, section.lang) for name, section in options.sections.items()]
    rules = (options.kind, options.fallback, sections, options.accepts, options.moved)
    return (site.host, site.editions, site.file, options.status, options.retired_on, *rules)


def items_of_sites(store: CatalogueStore, network: Network, sites: Collection[str]) -> set[str]:
    """Return the Items of these Sites, and those offered to them or chosen by them."""
    if not sites:
        return set()
    own = {item for site in sites for item in store.items_of_site(site)}
    patterns = [p for p in store.all_targets(OFFER) if any(site.id in sites for site in network.matching(p))]
    return own | store.pointing(patterns, OFFER) | store.item_paths_with_ids(chosen_ids(network, sites))


def sites_of_files(network: Network, paths: Collection[str]) -> set[str]:
    """Return the Sites whose own file is among these."""
    return {site.id for site in network.sites.values() if site.file in paths}


def chosen_ids(network: Network, sites: Collection[str]) -> set[str]:
    """Return the ids that these Sites name, whether there are such Items or not."""
    chosen = [network.sites[site] for site in sites if site in network.sites]
    return {name for site in chosen for name in (*site.picks, *site.options.moved.values())}


def linked_by_alerts(network: Network, paths: Collection[str]) -> set[str]:
    """Return the ids of the Items to which the alerts among these files link."""
    return {alert.item for alert in network.alerts if alert.item and alert.file in paths}


def narrowed(network: Network, ids: AbstractSet[str]) -> Network:
    """Return a Network that knows no picks, moves and alerts but those of these Items: others cannot be judged."""
    sites = {name: _narrowed(site, ids) for name, site in network.sites.items()}
    alerts = tuple(alert for alert in network.alerts if not alert.item or alert.item in ids)
    return replace(network, sites=sites, alerts=alerts)


def _narrowed(site: Site, ids: AbstractSet[str]) -> Site:
    if site.picks:
        site = replace(site, picks={name: site.picks[name] for name in site.picks.keys() & ids})
    moved = site.options.moved
    if any(name not in ids for name in moved.values()):
        kept = {path: name for path, name in moved.items() if name in ids}
        site = replace(site, options=site.options.model_copy(update={"moved": kept}))
    return site
