"""Addresses of Items: derived from the path, the same in every language."""

from __future__ import annotations

from congtin.catalogue.source import Item
from congtin.model import Edition
from congtin.network.network import Network


def item_path(item: Item, section: str) -> str:
    """Return the address of ``item`` in a section, below the Edition's root."""
    where = item.original.where
    if item.fixed:
        return f"{section}/{where.slug}/"
    return f"{section}/{where.year}/{where.slug}/"


def home_edition(network: Network, item: Item, lang: str) -> Edition:
    """Return the Edition where ``item`` is at home in ``lang``, or in its original language."""
    site = network.sites[item.site]
    wanted = lang if item.source(lang) else item.original.lang
    return site.edition(wanted)


def canonical_url(network: Network, item: Item, lang: str) -> str:
    """Return the one address search engines and citations should use."""
    return f"{home_edition(network, item, lang).base_url}{item_path(item, item.section)}"
