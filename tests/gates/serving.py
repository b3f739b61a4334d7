"""Built pages served as citizens get them: the real nginx with the headers of production, over TLS, and a browser.

with serving(folder, whole.output, editions) as server, chromium(server) as browser, visitor(browser) as context:
    context.new_page().goto("https://hanoi.gov.vn/")
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from browsers import CHROMIUM, FLAGS
from network import NOON
from nginxes import Nginx, WebHouse
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from congtin.release.records import PublishedEdition
from congtin.release.search.trees import release_tree
from congtin.release.search.update import make_here, update


@dataclass(frozen=True)
class Look:
    """How somebody looks at a page."""

    name: str
    width: int
    height: int
    dark: bool = False

    @property
    def scheme(self) -> str:
        return "dark" if self.dark else "light"


PHONE = Look("phone", 360, 740)
DESKTOP = Look("desktop", 1280, 900)
DARK = Look("desktop, dark", 1280, 900, dark=True)
PHONE_DARK = Look("phone, dark", 360, 740, dark=True)
LOOKS = (PHONE, DESKTOP, DARK)


@contextmanager
def serving(folder: Path, output: Path, editions: Iterable[PublishedEdition]) -> Iterator[Nginx]:
    """Serve the whole hosts of these Editions from ``output`` as one Release, with the indexes for searching it."""
    chosen = list(editions)
    house = WebHouse.create(folder)
    files = {name: (output / name).read_bytes() for name in _files(output, {each.host for each in chosen})}
    release = house.release(files, chosen, clock=NOON)
    house.switch(release)
    assert not update(release_tree(release), house.home.search, NOON, make_here).errors
    with house.serve() as server:
        yield server


def _files(output: Path, hosts: Collection[str]) -> Iterator[str]:
    for host in sorted(hosts):
        for folder in (output / host, output / ".server" / host):
            yield from (file.relative_to(output).as_posix() for file in folder.rglob("*") if file.is_file())


@contextmanager
def chromium(server: Nginx) -> Iterator[Browser]:
    """Yield a browser for which every host in the world is this server."""
    with chromium_at(server.port) as browser:
        yield browser


@contextmanager
def chromium_at(port: int) -> Iterator[Browser]:
    """Yield a browser for which every host in the world is a server that listens here."""
    rules = f"--host-resolver-rules=MAP * 127.0.0.1:{port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, rules])
        yield browser
        browser.close()


@contextmanager
def visitor(browser: Browser, look: Look = PHONE, *, scripts: bool = True) -> Iterator[BrowserContext]:
    """Yield an empty profile; the server's certificates are of an authority made for this test.

    The policy of the site stays in force: a page that only works without it does not work.
    """
    with browser.new_context(
        ignore_https_errors=True,
        viewport={"width": look.width, "height": look.height},
        color_scheme="dark" if look.dark else "light",
        java_script_enabled=scripts,
    ) as context:
        yield context


def look_like(page: Page, look: Look) -> None:
    """Show the open page as somebody else sees it."""
    page.set_viewport_size({"width": look.width, "height": look.height})
    page.emulate_media(color_scheme="dark" if look.dark else "light")


def plant(page: Page, server: Nginx, url: str, change: Callable[[str], str], style: str = "") -> None:
    """Open ``url`` with its HTML changed and rules added to its style sheet; headers stay those of the server.

    So faults are planted, and pages shown that the server itself only sends on. A change that changes nothing is an
    error of the test.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""

    def changed(route: Route) -> None:
        asked = urlsplit(route.request.url)
        document = asked.path == parts.path
        real = server.ask(host, asked.path)
        if real.status_code == 301:
            # The page is there for places that cannot send on; what headers it has, any page has.
            real = server.ask(host, "/")
            body = (server.folder.parents[1] / "live/tree" / host / f"{asked.path[1:]}index.html").read_text("utf-8")
        else:
            body = real.text
        headers = {k: v for k, v in real.headers.items() if k not in ("content-length", "etag", "content-encoding")}
        if document:
            wrong = change(body)
            assert wrong != body or style, f"nothing was planted in {url}"
            # Whoever plants a style has no digest for it.
            body = wrong.replace(" integrity=", " data-integrity=") if style else wrong
        elif asked.path.endswith(".css"):
            body += style
        route.fulfill(status=real.status_code, headers=headers, body=body)

    page.route(lambda asked: urlsplit(asked).path == parts.path or urlsplit(asked).path.endswith(".css"), changed)
    page.goto(url, wait_until="load")
