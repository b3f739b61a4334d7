"""Ask every host what a citizen asks: the home page over https, the way there from http; over IPv4 and IPv6 (N3, A5).

Nothing here judges. A server that is dead, slow or silent costs a bounded time, and so does the whole round.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args
from urllib.parse import urlsplit

import httpx

from congtin.release.monitoring.settings import Family, MonitoringSettings

FAMILIES: tuple[Family, ...] = get_args(Family)
_SOCKET_FAMILIES = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
# A home page is some hundred kilobytes; a server that sends for ever is stopped.
_MOST_BYTES = 32 * 1024 * 1024
_NAME = "congtin-monitor"
# The time limit holds for each step of a question; a server that sends one byte after another has this often as long.
_WHOLE = 4

Reason = Literal["no-address", "no-connection", "certificate", "no-answer", "not-asked"]


@dataclass(frozen=True)
class Target:
    """One host and the home pages it has: ``/``, ``/english/``."""

    host: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Failure:
    """Why a host did not answer; ``detail`` is the system's own words."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True)
class Page:
    """One home page as it came."""

    path: str
    status: int
    digest: str
    first_byte: float
    """Seconds from the question to the head of the answer, the connection included."""


@dataclass(frozen=True)
class Moved:
    """What plain http answered."""

    status: int
    location: str


@dataclass(frozen=True)
class Probe:
    """What one host answered over one family of addresses."""

    host: str
    family: Family
    pages: tuple[Page, ...] = ()
    failure: Failure | None = None
    expires: datetime | None = None
    """When the certificate ends."""
    http: Moved | Failure | None = None
    """None: not tried."""

    @property
    def up(self) -> bool:
        """Tell whether a citizen gets the pages, however they read."""
        return self.failure is None and bool(self.pages) and all(page.status == 200 for page in self.pages)


@dataclass(frozen=True)
class _Door:
    """Where a host is asked."""

    family: Family
    https: str
    http: str | None


def probe_all(targets: Sequence[Target], settings: MonitoringSettings, trusted: ssl.SSLContext) -> list[Probe]:
    """Ask every host over every family; return one Probe for each, in their order. ``trusted`` says who vouches."""
    return asyncio.run(_Round(settings, trusted).run(targets))


class _Round:
    def __init__(self, settings: MonitoringSettings, context: ssl.SSLContext) -> None:
        self.settings = settings
        self.slots = asyncio.Semaphore(settings.at_once)
        self.dead: dict[str, Failure] = {}
        # Nothing new is begun after that; what was begun ends by its own limits.
        self.end = time.monotonic() + settings.round
        # A connection is made anew for every question: a kept one would hide that no new ones are taken, and
        # belongs to the host it was opened for.
        self.client = httpx.AsyncClient(
            verify=context,
            trust_env=False,
            timeout=settings.timeout,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            headers={"User-Agent": _NAME, "Accept-Encoding": "identity"},
        )

    async def run(self, targets: Sequence[Target]) -> list[Probe]:
        found: dict[tuple[str, Family], Probe] = {}
        async with self.client:
            doors = await self.doors([target.host for target in targets])
            await self.knock({door.https for each in doors.values() for door in each.values() if door})
            await asyncio.gather(
                *(self.keep(found, target, family, doors) for target in targets for family in self.families)
            )
        late = Failure("not-asked")
        return [
            found.get((target.host, family), Probe(target.host, family, failure=late))
            for target in targets
            for family in self.families
        ]

    @property
    def families(self) -> tuple[Family, ...]:
        origins = self.settings.origins
        return tuple(family for family in FAMILIES if origins is None or getattr(origins, family))

    # --- where to ask --------------------------------------------------------------------------

    async def doors(self, hosts: Sequence[str]) -> Mapping[str, Mapping[Family, _Door | None]]:
        """Return where each host is asked: None where it has no address of a family, nothing where nobody said yet."""
        if self.settings.origins:
            given = {family: getattr(self.settings.origins, family) for family in self.families}
            fixed = {family: _Door(family, origin.https, origin.http) for family, origin in given.items()}
            return {host: fixed for host in hosts}  # noqa: C420 (nobody writes to it)
        # Not the loop's own pool: it would wait for a dead name server at the end.
        pool = ThreadPoolExecutor(self.settings.at_once, thread_name_prefix="congtin-names")
        try:
            pairs = [(host, family) for host in hosts for family in self.families]
            loop = asyncio.get_running_loop()
            asked = {loop.run_in_executor(pool, _resolved, *pair): pair for pair in pairs}
            answered, _ = await asyncio.wait(asked, timeout=self.settings.round)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        doors: dict[str, dict[Family, _Door | None]] = {host: {} for host in hosts}
        for future in answered:
            host, family = asked[future]
            doors[host][family] = future.result()
        return doors

    async def knock(self, addresses: Iterable[str]) -> None:
        """Find the servers that take no connection: all their hosts need not wait for that one by one."""
        await asyncio.gather(*(self._knock(address) for address in addresses))

    async def _knock(self, address: str) -> None:
        parts = urlsplit(address)
        try:
            async with self.slots, asyncio.timeout(self.settings.timeout):
                _, writer = await asyncio.open_connection(parts.hostname, parts.port or 443)
        except OSError as error:  # TimeoutError is one
            self.dead[address] = Failure("no-connection", error.strerror or "")
            return
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    # --- asking --------------------------------------------------------------------------------

    async def keep(
        self, found: dict[tuple[str, Family], Probe], target: Target, family: Family,
        doors: Mapping[str, Mapping[Family, _Door | None]],
    ) -> None:  # fmt: skip
        if family not in doors[target.host]:
            return
        door = doors[target.host][family]
        if door is None:
            found[target.host, family] = Probe(target.host, family, failure=Failure("no-address"))
        elif door.https in self.dead:
            found[target.host, family] = Probe(target.host, family, failure=self.dead[door.https])
        else:
            async with self.slots:
                if time.monotonic() < self.end:
                    found[target.host, family] = await self.ask(target, door)

    async def ask(self, target: Target, door: _Door) -> Probe:
        pages: list[Page] = []
        expires: datetime | None = None
        failure: Failure | None = None
        for path in target.paths:
            try:
                async with asyncio.timeout(_WHOLE * self.settings.timeout):
                    page, expires = await self.page(target.host, door.https, path)
            except (httpx.HTTPError, TimeoutError, ssl.SSLError) as error:
                failure = _failure(error)
                break
            pages.append(page)
        moved = await self.moved(target.host, door.http) if door.http else None
        return Probe(target.host, door.family, tuple(pages), failure, expires, moved)

    async def page(self, host: str, address: str, path: str) -> tuple[Page, datetime | None]:
        begun = time.perf_counter()
        extensions = {"sni_hostname": host}
        async with self.client.stream("GET", address + path, headers={"Host": host}, extensions=extensions) as answer:
            first_byte = time.perf_counter() - begun
            expires = _expires(answer)
            digest, size = hashlib.sha256(), 0
            async for data in answer.aiter_raw():
                digest.update(data)
                size += len(data)
                if size > _MOST_BYTES:
                    break
        return Page(path, answer.status_code, digest.hexdigest(), first_byte), expires

    async def moved(self, host: str, address: str) -> Moved | Failure:
        try:
            async with asyncio.timeout(_WHOLE * self.settings.timeout):
                async with self.client.stream("GET", f"{address}/", headers={"Host": host}) as answer:
                    return Moved(answer.status_code, answer.headers.get("Location", ""))
        except (httpx.HTTPError, TimeoutError) as error:
            return _failure(error)


def _resolved(host: str, family: Family) -> _Door | None:
    """Return where the domain name system says a host is; None when it names no address of the family."""
    try:
        found = socket.getaddrinfo(host, 443, _SOCKET_FAMILIES[family], socket.SOCK_STREAM)
    except socket.gaierror:
        return None
    address = str(found[0][4][0])
    shown = f"[{address}]" if family == "ipv6" else address
    return _Door(family, f"https://{shown}", f"http://{shown}")


def _expires(answer: httpx.Response) -> datetime | None:
    secured = answer.extensions["network_stream"].get_extra_info("ssl_object")
    certificate = secured.getpeercert() if secured else None
    if not certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def _failure(error: BaseException) -> Failure:
    """Return why, from an error and those it came of."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Failure("certificate", cause.verify_message)
        cause = cause.__cause__ or cause.__context__
    detail = str(error) or type(error).__name__
    return Failure(
        "no-connection" if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError) else "no-answer", detail
    )
