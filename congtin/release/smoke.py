"""A look at a Release over HTTP once it is live: home pages of all hosts, and changed pages byte for byte."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from congtin.errors import Problem
from congtin.messages import msg
from congtin.release.home import Home
from congtin.release.records import Release

_SECONDS = 10.0
_AT_ONCE = 16
_TRIES = 3
_PAGE = "index.html"


@dataclass(frozen=True)
class _Request:
    origin: str
    host: str
    path: str
    digest: str


def smoke_test(home: Home, release: Release, changed: Sequence[str]) -> list[Problem]:
    """Ask the web servers of this machine for a Release; return what they do not answer as it is.

    ``changed`` are files that the Release before did not have so. Without web servers in the settings nothing is asked.
    """
    settings = home.settings.smoke
    if settings is None:
        return []
    outputs = release.outputs
    homes = [f"{e.host}/{e.prefix}/{_PAGE}".replace("//", "/") for e in release.record.editions]
    pages = [name for name in changed if name.endswith(f"/{_PAGE}") and name in outputs and name not in homes]
    # Spread over all that changed, not the first hosts of the alphabet alone.
    chosen = pages[:: max(1, len(pages) // settings.pages)][: settings.pages]
    requests = [
        _request(origin, name, outputs[name]) for origin in settings.origins for name in dict.fromkeys(homes + chosen)
    ]
    context = ssl.create_default_context(cafile=home.path(settings.ca) if settings.ca else None)
    return asyncio.run(_ask_all(requests, context))


def _request(origin: str, name: str, digest: str) -> _Request:
    host, _, path = name.partition("/")
    return _Request(origin, host, "/" + quote(path.removesuffix(_PAGE)), digest)


async def _ask_all(requests: Iterable[_Request], context: ssl.SSLContext) -> list[Problem]:
    limit = asyncio.Semaphore(_AT_ONCE)
    # A kept connection would answer for another host than the one whose certificate was looked at.
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(verify=context, timeout=_SECONDS, trust_env=False, limits=limits) as client:

        async def ask(request: _Request) -> Problem | None:
            async with limit:
                return await _ask(client, request)

        found = await asyncio.gather(*map(ask, requests))
    return [problem for problem in found if problem]


async def _ask(client: httpx.AsyncClient, request: _Request) -> Problem | None:
    detail = ""
    for attempt in range(_TRIES):
        # Servers may remember what a link led to for a moment.
        await asyncio.sleep(0.3 * attempt)
        try:
            answer = await client.get(
                f"{request.origin}{request.path}",
                headers={"Host": request.host, "Accept-Encoding": "identity"},
                extensions={"sni_hostname": request.host},
            )
        except httpx.HTTPError as error:
            detail = str(error) or type(error).__name__
            continue
        if answer.status_code not in (httpx.codes.OK, httpx.codes.GONE):
            detail = str(answer.status_code)
        elif hashlib.sha256(answer.content).hexdigest() == request.digest:
            return None
        else:
            detail = str(msg("other bytes than the Release has"))
    text = msg(
        "{origin} does not answer https://{host}{path} as it should: {detail}",
        origin=request.origin, host=request.host, path=request.path, detail=detail,
    )  # fmt: skip
    return Problem("smoke-test", text, f"{request.host}{request.path}")
