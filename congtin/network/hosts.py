"""Where Sites and languages are addressed, and whether the addresses are allowed (A1–A5)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from congtin.errors import Problem, list_of
from congtin.languages import host_label
from congtin.messages import Msg, msg
from congtin.model import Edition, EditionKey, SiteKind
from congtin.network.network import Network, Site
from congtin.network.options import PortalOptions, SiteOptions

_HOST = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")
# First parts of addresses that the engine itself uses.
RESERVED_PARTS = frozenset(
    {"theme", "chu-de", "luu-tru", "so-do-trang", "lien-he", "co-quan", "tim-kiem", "tro-nang", "api"}
)
_UNITS = (SiteKind.WARD, SiteKind.COMMUNE, SiteKind.SPECIAL_ZONE)


def site_host(options: SiteOptions, portal: PortalOptions) -> str:
    """Return the Site's host: its own, else its label below the Portal's parent host."""
    if options.host:
        return options.host
    if options.kind is SiteKind.PORTAL:
        return portal.parent_host
    return f"{options.label}.{portal.parent_host}"


def site_editions(site_id: str, options: SiteOptions, portal: PortalOptions) -> tuple[Edition, ...]:
    """Return one Edition for each language; the first language has the bare host."""
    host = site_host(options, portal)
    addresses = portal.language_addresses.get("portal" if options.kind is SiteKind.PORTAL else "components") or {}
    editions = []
    for number, lang in enumerate(options.languages):
        address = addresses.get(lang)
        if number == 0:
            where = (host, "")
        elif address and address.host:
            where = (address.host, "")
        else:
            where = (host, (address and address.path) or lang.lower())
        editions.append(Edition(EditionKey(site_id, lang), *where))
    return tuple(editions)


def host_problems(network: Network) -> Iterator[Problem]:
    """Yield every address that breaks a rule, or that two Sites claim."""
    for site in network.sites.values():
        yield from _form_problems(network, site)
        yield from _path_problems(site)
    yield from _collisions(network.sites.values())


def _form_problems(network: Network, site: Site) -> Iterator[Problem]:
    parent = network.portal_of(site).options.parent_host
    for edition in site.editions:
        if not _HOST.fullmatch(edition.host) or not edition.host.endswith(".vn"):
            yield Problem(
                "host-form",
                msg("“{host}” is not a host below the national domain .vn (A5).", host=edition.host),
                site.file,
            )
        elif edition.host != parent and not edition.host.endswith(f".{parent}"):
            yield Problem(
                "host-parent",
                msg("“{host}” is not below “{parent}” (A3).", host=edition.host, parent=parent),
                site.file,
            )
    rule = network.portal_of(site).options.host_labels.get(site.kind.value)
    if rule == "full-name" and site.kind in _UNITS:
        wanted = host_label((site.options.short_name or site.options.name).get("vi", ""))
        label = site.host.removesuffix(f".{parent}")
        if label != wanted and site.host.endswith(f".{parent}"):
            yield Problem(
                "host-label",
                msg("The host label “{label}” must be the full name without diacritics (A4).", label=label),
                site.file,
                hint=msg("Write “{label}”.", label=wanted),
            )


def _path_problems(site: Site) -> Iterator[Problem]:
    """Yield languages whose path is an address that the engine or a section has."""
    for edition in site.editions:
        path = edition.prefix
        if path in RESERVED_PARTS or path in site.options.sections:
            text = msg(
                "The language “{lang}” cannot have the path “{path}”: the address is taken.",
                lang=edition.lang,
                path=path,
            )
            hint = msg("Choose another path in “language_addresses” of portal.yaml, or another name for the section.")
            yield Problem("reserved-address", text, site.file, hint=hint)


def _collisions(sites: Iterable[Site]) -> Iterator[Problem]:
    claims: dict[tuple[str, str], list[Site]] = defaultdict(list)
    for site in sites:
        for edition in site.editions:
            claims[edition.host, edition.prefix].append(site)
    for (host, prefix), claimants in claims.items():
        if len(claimants) < 2:
            continue
        names = list_of(f"{site.name} ({site.id})" for site in claimants)
        for site in claimants:
            yield Problem(
                "host-collision",
                msg("The address “{host}” is claimed by {sites}.", host=f"{host}/{prefix}".rstrip("/"), sites=names),
                site.file,
                hint=_way_out(site),
            )


def _way_out(site: Site) -> Msg:
    if not (site.options.label and site.options.code):
        return msg("Choose a host of its own for each in its file.")
    return msg(
        "Name the Sites <label>-<code> (here {site}) and choose a host of its own for each in its file.",
        site=f"{site.options.label}-{site.options.code}",
    )
