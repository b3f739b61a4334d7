"""The configuration of nginx, written from what a Release holds; docs/hosting.md tells how it works (A5, A6, K5)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import jinja2

from congtin.errors import UsageError
from congtin.messages import msg
from congtin.release.hosting.served import MOST_PARTS
from congtin.release.hosting.settings import FrontSettings, HostingSettings
from congtin.release.search.place import FOLDER

MAIN, ALONE = "congtin.conf", "nginx.conf"
# The measuring system (N1): the one host beside the Site's own that pages may ask.
EMC = "https://f-emc.ngsp.gov.vn"
_THEME = r"(/[a-z0-9-]+)?/theme/([^/]+/)*[^/]+\.[0-9a-f]{10}\.[a-z0-9]+$"
# Pages that search, and the indexes they read: Pagefind is WebAssembly, which no other page may run.
_SEARCH_PAGE = rf"^(/[a-z0-9-]+)?/tim-kiem/(index\.html|{FOLDER.partition('/')[2]}/.*)?$"
_SEARCH_PART = rf"(/[a-z0-9-]+)?/{FOLDER}/[0-9a-f]{{16}}/[A-Za-z0-9._/-]+$"
# What is there for programs, also for those in pages of other hosts.
_OPEN = r"/(api/v1/.+|(atom|rss|opensearch)\.xml|feed\.json|du-lieu-mo/[^/]+\.(ttl|jsonld))$"
# Debian keeps the authorities it trusts here.
_TRUSTED = "/etc/ssl/certs/ca-certificates.crt"
_UNSAFE = frozenset('"\\$;{}\n\r')


@dataclass(frozen=True)
class Served:
    """What there is to serve, and where it lies."""

    hosts: tuple[str, ...]
    tree: Path
    """The tree of the live Release, through the link that is moved."""
    assets: Path
    databases: Path
    """What is made of the live Release after its switch."""
    status: Path
    search: Path
    """Search indexes, beside the Releases."""
    without_certificate: frozenset[str] = frozenset()
    """Hosts that answer plain http only, until they have a certificate."""

    @property
    def secured(self) -> tuple[str, ...]:
        return tuple(host for host in self.hosts if host not in self.without_certificate)


def certificate_files(settings: HostingSettings, hosts: Iterable[str]) -> dict[str, tuple[Path, Path]]:
    """Return the certificate and the key of each host, as the settings name them."""
    return {h: (Path(_of(settings.certificate, h)), Path(_of(settings.key, h))) for h in hosts}


def origin_files(settings: HostingSettings, served: Served) -> dict[str, str]:
    """Return the files of an origin's configuration by name; `congtin.conf` names the others."""
    shared = {
        "s": settings,
        "tree": str(served.tree),
        "assets": _safe(str(served.assets)),
        "search": _safe(str(served.search)),
        "search_page": _SEARCH_PAGE,
        "search_part": _SEARCH_PART,
        "emc": EMC,
        "databases": _safe(str(served.databases)),
        "theme_pattern": _THEME,
        "open_pattern": _OPEN,
    }
    site = _named("site", _render("site.conf.j2", **shared, plain=False))
    plain = _named("plain", _render("site.conf.j2", **shared, plain=True)) if settings.listen_origin else {}
    main = _render(
        "origin.conf.j2",
        **shared,
        **_hashes(served.hosts),
        hosts=served.hosts,
        secured=served.secured,
        without=served.without_certificate,
        status=str(served.status),
        targets=list(_targets()),
        site_file=next(iter(site)),
        plain_file=next(iter(plain), ""),
    )
    return {**site, **plain, MAIN: main}


def front_files(settings: HostingSettings, front: FrontSettings, served: Served) -> dict[str, str]:
    """Return the files of the configuration of a front, which has nothing itself and asks the origins (K6)."""
    origins = [_address(origin) for origin in front.origins]
    shared = {"s": settings, "f": front, "origins": origins, "trusted": front.ca or _TRUSTED}
    site = _named("front", _render("front-site.conf.j2", **shared))
    main = _render(
        "front.conf.j2",
        **shared,
        **_hashes(served.hosts),
        hosts=served.hosts,
        secured=served.secured,
        site_file=next(iter(site)),
    )
    return {**site, MAIN: main}


def alone(settings: HostingSettings, folder: Path, *, front: bool = False, check: bool = False) -> str:
    """Return an `nginx.conf` that holds nothing but this configuration."""
    module = settings.brotli_module if settings.brotli and not front else ""
    return _render("nginx.conf.j2", folder=str(folder), module=module, main_file=MAIN, check=check)


def for_check(settings: HostingSettings, folder: Path) -> HostingSettings:
    """Return the settings with listeners that anybody may open and that are in nobody's way."""

    def sockets(name: str, addresses: Collection[str]) -> list[str]:
        return [f"unix:{folder}/{name}{number}" for number in range(len(addresses))]

    return settings.model_copy(
        update={name: sockets(name, getattr(settings, name)) for name in ("listen", "listen_http", "listen_origin")}
    )


def placed(files: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the files with the names of the others as full paths: nginx would look beside its own first file."""
    names = [name for name in files if name != MAIN]
    main = files[MAIN]
    for name in names:
        main = main.replace(f'"{name}"', f'"{_safe(str(folder / name))}"')
    return {**files, MAIN: main}


def leaving_out(served: Served, hosts: Iterable[str]) -> Served:
    """Return what is served with hosts that have no certificate yet."""
    return replace(served, without_certificate=frozenset(hosts))


def _named(kind: str, text: str) -> dict[str, str]:
    # Named by its content: the one before stays whole until congtin.conf names this.
    return {f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.conf": text}


def _targets() -> Iterator[tuple[str, str]]:
    """Yield a pattern for each number of parts an address can have, and the address made of its parts."""
    names = "abcdefghijklmnop"
    for count in range(1, MOST_PARTS + 1):
        pattern = "".join(f"(?<congtin_{name}>[^/_]+)_" for name in names[:count])
        yield rf"~/\.to/{pattern}$", "https://" + "".join(f"$congtin_{name}/" for name in names[:count])


def _hashes(hosts: Collection[str]) -> dict[str, int]:
    """Return room for the names of hosts: nginx refuses to start when there is too little."""
    longest = max(map(len, hosts), default=0)
    bucket = 64
    while bucket < longest + 40:
        bucket *= 2
    return {"hash_size": max(1024, 4 * len(hosts)), "hash_bucket": bucket}


def _address(origin: str) -> str:
    scheme, _, address = origin.partition("://")
    if address.rpartition(":")[2].isdecimal() and not address.endswith("]"):
        return address
    return f"{address}:{443 if scheme == 'https' else 80}"


def _of(pattern: str, host: str) -> str:
    return pattern.replace("{host}", host).replace("{domain}", host.partition(".")[2])


def _safe(text: str) -> str:
    if _UNSAFE & set(text):
        hint = msg("Choose a path without quotation marks, backslashes, dollar signs, semicolons and braces.")
        raise UsageError(msg("nginx cannot be told of the path {path}.", path=text), hint)
    return text


def _quoted(text: str) -> str:
    return f'"{_safe(text)}"'


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(  # noqa: S701 (no HTML; whatever is put in is checked by `_safe`)
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(quoted=_quoted, of=lambda pattern, host: _quoted(_of(pattern, host)))
    return environment


def _render(name: str, **values: object) -> str:
    return _environment().get_template(name).render(values)
