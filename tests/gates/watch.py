"""What a page says and asks for while a browser shows it: messages, failures, requests to other hosts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

from gates.found import Finding, short

EMC_HOST = "f-emc.ngsp.gov.vn"
"""The one other host that pages may ask, on a Site with an id (N1)."""


class Watch:
    """Listens to a page from now on, to the end of its block where it has one.

    ``host`` is the only one that it may ask, with those ``allowed`` besides, which need not answer. ``document`` is an
    address that may answer 404 or 410, because that is what stands there.
    """

    def __init__(self, page: Page, host: str, allowed: Collection[str] = (), document: str = "") -> None:
        self.host = host
        self.allowed = allowed
        self.document = document
        self.complaints: list[str] = []
        self._mine: set[Request] = set()
        self._page = page
        self._ears: dict[Any, Callable[..., None]] = {
            "console": self._said,
            "pageerror": lambda error: self.complaints.append(f"script: {error}"),
            "requestfailed": self._failed,
            "request": self._asked,
            "response": self._answered,
        }
        for event, ear in self._ears.items():
            page.on(event, ear)

    @property
    def requests(self) -> int:
        return len(self._mine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for event, ear in self._ears.items():
            self._page.remove_listener(event, ear)

    def _said(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        excused = url == self.document or urlsplit(url).hostname in self.allowed
        if not (excused and message.text.startswith("Failed to load resource")):
            self.complaints.append(f"{message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        # What the page before still asked for fails when it is left.
        if request in self._mine and urlsplit(request.url).hostname not in self.allowed:
            self.complaints.append(f"failed: {request.url} {request.failure}")

    def _asked(self, request: Request) -> None:
        self._mine.add(request)
        parts = urlsplit(request.url)
        if (parts.scheme, parts.hostname) != ("https", self.host) and parts.hostname not in self.allowed:
            self.complaints.append(f"foreign: {request.url}")

    def _answered(self, answer: Response) -> None:
        url, status = answer.url, answer.status
        excused = urlsplit(url).hostname in self.allowed or (url == self.document and status in (404, 410))
        if status != 200 and not excused and answer.request in self._mine:
            self.complaints.append(f"{status}: {url}")

    def findings(self, where: str) -> Iterator[Finding]:
        """Yield what was heard."""
        for complaint in self.complaints:
            rule = "foreign-request" if complaint.startswith("foreign") else "console"
            yield Finding(where, rule, short(complaint, 300), "A page is silent, whole, and asks its own host alone.")
