"""What a page says and asks for while a browser shows it: messages, failures, requests to other hosts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page

from gates.found import Finding, short

EMC_HOST = "f-emc.ngsp.gov.vn"
"""The one other host that pages may ask, on a Site with an id (N1)."""


class Watch:
    """Listens to a page from now on.

    ``host`` is the only one that it may ask, with those ``allowed`` besides, which need not answer. ``document`` is an
    address that may answer 404 or 410, because that is what stands there.
    """

    def __init__(self, page: Page, host: str, allowed: Collection[str] = (), document: str = "") -> None:
        self.host = host
        self.allowed = allowed
        self.document = document
        self.complaints: list[str] = []
        self.requests = 0
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure))
        page.on("request", lambda request: self._asked(request.url))
        page.on("response", lambda answer: self._answered(answer.status, answer.url))

    def _said(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        excused = url == self.document or urlsplit(url).hostname in self.allowed
        if not (excused and message.text.startswith("Failed to load resource")):
            self.complaints.append(f"{message.type}: {message.text}")

    def _failed(self, url: str, why: str | None) -> None:
        if urlsplit(url).hostname not in self.allowed:
            self.complaints.append(f"failed: {url} {why}")

    def _asked(self, url: str) -> None:
        self.requests += 1
        parts = urlsplit(url)
        if (parts.scheme, parts.hostname) != ("https", self.host) and parts.hostname not in self.allowed:
            self.complaints.append(f"foreign: {url}")

    def _answered(self, status: int, url: str) -> None:
        excused = urlsplit(url).hostname in self.allowed or (url == self.document and status in (404, 410))
        if status != 200 and not excused:
            self.complaints.append(f"{status}: {url}")

    def findings(self, where: str) -> Iterator[Finding]:
        """Yield what was heard."""
        for complaint in self.complaints:
            rule = "foreign-request" if complaint.startswith("foreign") else "console"
            yield Finding(where, rule, short(complaint, 300), "A page is silent, whole, and asks its own host alone.")
