"""Whether a restored machine answers: every Edition's home page, asked of every address of a web server."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from congtin.errors import Problem
from congtin.messages import msg
from congtin.release.records import Release

_SECONDS = 20.0


@dataclass(frozen=True)
class Asked:
    """What came of asking."""

    hosts: int
    editions: int
    answers: int
    problems: tuple[Problem, ...]


def ask_all(release: Release, origins: Sequence[str], ca: Path | None = None) -> Asked:
    """Ask each origin (``https://127.0.0.1:8443``) for every Edition's home page; its bytes must be those signed.

    Return how many answered, and everything that did not answer as it should.
    """
    editions = release.record.editions
    problems: list[Problem] = []
    answers = 0
    for origin in origins:
        for problem in _of_origin(release, origin, ca):
            if problem is None:
                answers += 1
            else:
                problems.append(problem)
    return Asked(len(release.record.hosts), len(editions), answers, tuple(problems))


def _of_origin(release: Release, origin: str, ca: Path | None) -> Iterator[Problem | None]:
    context = ssl.create_default_context(cafile=ca)
    with httpx.Client(base_url=origin, verify=context, timeout=_SECONDS, trust_env=False) as client:
        for edition in release.record.editions:
            path = f"/{edition.prefix}/" if edition.prefix else "/"
            name = f"{edition.host}{path}index.html"
            try:
                headers = {"Host": edition.host, "Accept-Encoding": "identity"}
                request = client.build_request("GET", path, headers=headers)
                request.extensions["sni_hostname"] = edition.host
                answer = client.send(request)
            except httpx.HTTPError as error:
                text = msg("{host}{path} does not answer at {origin}: {detail}", host=edition.host, path=path,
                           origin=origin, detail=str(error))  # fmt: skip
                yield Problem("drill-no-answer", text, name)
                continue
            if answer.status_code != httpx.codes.OK:
                text = msg("{host}{path} answers {status} at {origin}.", host=edition.host, path=path,
                           origin=origin, status=answer.status_code)  # fmt: skip
                yield Problem("drill-answer", text, name)
            elif hashlib.sha256(answer.content).hexdigest() != release.outputs.get(name):
                text = msg("{host}{path} answers other bytes than were signed at {origin}.", host=edition.host,
                           path=path, origin=origin)  # fmt: skip
                yield Problem("drill-answer", text, name)
            else:
                yield None
