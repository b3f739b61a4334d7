"""Sources of a Site, a section or a language that does not exist: asked of the Network anew in every build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from congtin.catalogue.rows import MEDIA, Row
from congtin.catalogue.store import CatalogueStore
from congtin.errors import Problem, did_you_mean, list_of
from congtin.messages import Msg, msg
from congtin.network.network import Network


def misplaced(network: Network, store: CatalogueStore) -> Iterator[Problem]:
    """Yield a Problem for every Source whose path the Network does not know."""
    for site_id, section, lang in store.places():
        found = _what(network, site_id, section, lang)
        if found:
            code, text, hint = found
            for path in store.paths_in(site_id, section, lang):
                yield Problem(code, text, path, 0, hint)


def misplaced_rows(network: Network, rows: Iterable[Row]) -> Iterator[Problem]:
    """Yield the same for some Sources only."""
    for row in rows:
        found = _what(network, row.site, row.section, row.name) if row.kind != MEDIA and row.site else None
        if found:
            code, text, hint = found
            yield Problem(code, text, row.path, 0, hint)


def has_place(network: Network, site_id: str, section: str, lang: str) -> bool:
    """Tell whether the Network has this place for a Source."""
    site = network.sites.get(site_id)
    return site is not None and section in site.options.sections and lang in site.options.languages


def _what(network: Network, site_id: str, section: str, lang: str) -> tuple[str, Msg, Msg | None] | None:
    site = network.sites.get(site_id)
    if site is None:
        text = msg("There is no Site “{site}”.", site=site_id)
        return "unknown-site", text, did_you_mean(site_id, network.sites)
    if section not in site.options.sections:
        text = msg("{site} has no section “{section}”.", site=site_id, section=section)
        hint = did_you_mean(section, site.options.sections) or msg(
            "Its sections are: {words}.", words=list_of(site.options.sections)
        )
        return "unknown-section", text, hint
    if lang not in site.options.languages:
        text = msg("{site} is not published in the language “{lang}”.", site=site_id, lang=lang)
        return "unknown-language", text, msg("Its languages are: {words}.", words=list_of(site.options.languages))
    return None
