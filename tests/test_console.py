"""Home pages as a browser gets them from the real web server, over TLS: no word in the console, nothing that fails.

Four Editions here, forty in `make drill`: of every Portal, and of every language that there is.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import pytest
from browsers import CHROMIUM, FLAGS
from network import NOON
from nginxes import Nginx, WebHouse
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from whole import WholeNetwork

from congtin.release.making import editions_of
from congtin.release.records import PublishedEdition

COUNT = int(os.environ.get("CONGTIN_EDITIONS", "4"))
pytestmark = [pytest.mark.slow, pytest.mark.browser]


def sample(editions: Sequence[PublishedEdition], count: int, seed: int) -> list[PublishedEdition]:
    """Return so many Editions by chance: first one of each Portal and language in turn, then any."""
    chance = random.Random(seed)  # noqa: S311 (a choice, not a secret)
    mixed = chance.sample(sorted(editions, key=lambda each: (each.host, each.prefix)), len(editions))
    groups: dict[tuple[str, str], PublishedEdition] = {}
    for each in mixed:
        groups.setdefault((each.site.partition("/")[0], each.lang), each)
    # Portals in turn, the rarer languages of each before what most have.
    firsts = sorted(groups, key=lambda group: (sum(g[0] == group[0] and g < group for g in groups), group))
    chosen = [groups[group] for group in firsts]
    return (chosen + [each for each in mixed if each not in chosen])[:count]


@pytest.fixture(scope="module")
def chosen(whole) -> list[PublishedEdition]:
    editions = editions_of(whole.repository.network)
    return sample(editions, COUNT, int(os.environ.get("CONGTIN_SEED", "20261122")))


@pytest.fixture(scope="module")
def web(whole: WholeNetwork, chosen, tmp_path_factory) -> Iterator[Nginx]:
    """Serve whole hosts: whatever a home page is made of."""
    house = WebHouse.create(tmp_path_factory.mktemp("console"))
    hosts = {edition.host for edition in chosen}
    files = {
        name: (whole.output / name).read_bytes()
        for name in whole.files
        if name.removeprefix(".server/").partition("/")[0] in hosts
    }
    house.switch(house.release(files, chosen, clock=NOON))
    with house.serve() as server:
        yield server


@pytest.fixture(scope="module")
def chromium(web) -> Iterator[Browser]:
    """Yield a browser for which every host in the world is this server."""
    rules = f"--host-resolver-rules=MAP * 127.0.0.1:{web.port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, rules])
        yield browser
        browser.close()


@pytest.fixture
def context(chromium) -> Iterator[BrowserContext]:
    """Yield an empty profile; the servers' certificates are of an authority made for this test."""
    with chromium.new_context(ignore_https_errors=True) as context:
        yield context


class Watch:
    """What a page says and asks for."""

    def __init__(self, page: Page, host: str) -> None:
        self.host = host
        self.complaints: list[str] = []
        self.requests = 0
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url} {request.failure}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("response", lambda answer: self._answered(answer.status, answer.url))

    def _asked(self, url: str) -> None:
        self.requests += 1
        parts = urlsplit(url)
        if (parts.scheme, parts.hostname) != ("https", self.host):
            self.complaints.append(f"foreign: {url}")

    def _answered(self, status: int, url: str) -> None:
        if status != 200:
            self.complaints.append(f"{status}: {url}")


def test_home_pages_are_silent_and_whole(context, chosen, record_property):
    """No message in the console, no error of a script, no failed request, none to another host (A19)."""
    assert len(chosen) == COUNT
    wrong: dict[str, list[str]] = {}
    for edition in chosen:
        url = f"https://{edition.host}/{edition.prefix}/".replace(f"{edition.host}//", f"{edition.host}/")
        page = context.new_page()
        watch = Watch(page, edition.host)
        answer = page.goto(url, wait_until="networkidle")
        assert answer is not None and answer.status == 200, url
        assert page.locator("h1").count() == 1 and page.url == url
        # Its style sheet counts: without one every element has the browser's own letters.
        assert page.evaluate("[...document.styleSheets].reduce((n, s) => n + s.cssRules.length, 0)") > 50, url
        if watch.complaints or watch.requests < 3:
            wrong[url] = [*watch.complaints, f"{watch.requests} requests"]
        record_property("requests", str(watch.requests))
        page.close()
    assert not wrong
    portals, languages = {each.site.partition("/")[0] for each in chosen}, {each.lang for each in chosen}
    assert len(portals) == 3 and len(languages) >= 2
    for name, value in (("opened", len(chosen)), ("portals", len(portals)), ("languages", len(languages))):
        record_property(name, str(value))


def test_the_watch_hears_what_goes_wrong(context, chosen):
    """The same eyes on a page with a script of its own, a foreign picture and a missing file: all are told."""
    host = chosen[0].host
    page = context.new_page()
    watch = Watch(page, host)
    page.goto(f"https://{host}/", wait_until="networkidle")
    assert watch.complaints == []
    page.evaluate("""() => {
        for (const url of ["/khong-co.png", "https://elsewhere.example.vn/a.png"]) {
            document.body.append(Object.assign(new Image(), {src: url}));
        }
        const script = document.createElement("script");
        script.textContent = "1";
        document.body.append(script);
        console.warn("one word");
    }""")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    told = "\n".join(watch.complaints)
    page.close()
    for part in ("404: ", "elsewhere.example.vn", "Content Security Policy", "warning: one word"):
        assert part in told, (part, told)
