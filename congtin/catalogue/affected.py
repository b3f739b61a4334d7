"""Which Sites a change of some Items can reach: what `closure` loads, asked the other way round."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from congtin.catalogue.closure import Offers, related_documents
from congtin.catalogue.rows import DOCUMENT, LINK, NUMBER, OFFER
from congtin.catalogue.store import CatalogueStore
from congtin.network.network import Network


def affected_sites(store: CatalogueStore, network: Network, item_paths: Collection[str]) -> set[str]:
    """Return every Site whose pages or checks can see one of these Items as the store has them now."""
    ids = store.ids_of_items(item_paths)
    near = {*item_paths}
    near |= store.pointing({*item_paths, *ids}, LINK)
    near |= store.pointing(store.targets(item_paths, NUMBER), NUMBER)
    near |= store.item_paths_with_ids(ids)
    documents = store.pointing(ids, DOCUMENT) | {path for path in near if store.targets([path], NUMBER)}
    while documents:
        near |= documents
        documents = related_documents(store, documents) - near
    # A copy of a text that links to one of these shows the link too.
    offers = Offers(store, network).sites(store.targets(near, OFFER))
    named = ids | store.ids_of_items(near)
    choosing = {
        site.id
        for site in network.sites.values()
        if _names(site.picks, named)
        or _names(site.options.moved.values(), named)
        or _names((alert.item for alert in network.alerts_over(site.id)), named)
    }
    return {site_of(path) for path in near} | offers | choosing


def site_of(path: str) -> str:
    """Return the Site a path below `content/` belongs to, by its name alone."""
    return "/".join(path.split("/")[1:3])


def _names(chosen: Iterable[str], ids: set[str]) -> bool:
    return not ids.isdisjoint(chosen)
