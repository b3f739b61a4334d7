"""A Network as text: read once from `sites/`, then kept by whoever asks for it again and again."""

from __future__ import annotations

import json
from pathlib import Path

from congtin.model import Edition, EditionKey
from congtin.network.alerts import Alert, PortalAlert, SiteAlert
from congtin.network.network import Network, Portal, Site
from congtin.network.options import Pick, PortalOptions, SiteOptions, Vocabulary


def network_text(network: Network) -> str:
    """Return a Network as text, without its root."""
    data = {
        "vocabulary": network.vocabulary.model_dump_json(by_alias=True),
        "portals": [[p.id, p.file, p.options.model_dump_json(by_alias=True)] for p in network.portals.values()],
        "sites": [_site_data(site) for site in network.sites.values()],
        "alerts": [[a.file, a.owner, a.options.model_dump_json(by_alias=True)] for a in network.alerts],
    }
    return json.dumps(data, ensure_ascii=False)


def network_of(text: str, root: Path) -> Network:
    """Return the Network from its text."""
    data = json.loads(text)
    portals = {i: Portal(i, file, PortalOptions.model_validate_json(options)) for i, file, options in data["portals"]}
    sites = {fields[0]: _site(*fields) for fields in data["sites"]}
    alerts = tuple(_alert(*fields) for fields in data["alerts"])
    return Network(root, portals, sites, Vocabulary.model_validate_json(data["vocabulary"]), alerts)


def _alert(file: str, owner: str, options: str) -> Alert:
    return Alert(file, owner, (SiteAlert if "/" in owner else PortalAlert).model_validate_json(options))


def _site_data(site: Site) -> list[object]:
    return [
        site.id,
        site.file,
        site.options.model_dump_json(by_alias=True),
        site.host,
        [[edition.lang, edition.host, edition.prefix] for edition in site.editions],
        [pick.model_dump_json(by_alias=True) for pick in site.picks.values()],
    ]


def _site(site_id: str, file: str, options: str, host: str, editions: list[list[str]], picks: list[str]) -> Site:
    chosen = [Pick.model_validate_json(pick) for pick in picks]
    return Site(
        site_id,
        file,
        SiteOptions.model_validate_json(options),
        host,
        tuple(Edition(EditionKey(site_id, lang), where, prefix) for lang, where, prefix in editions),
        {pick.item: pick for pick in chosen},
    )
