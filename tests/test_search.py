"""Searching as a reader does: the real page in Chromium over real indexes (H2, L42-7)."""

from __future__ import annotations

import json
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml
from network import NOON, TinyNetwork
from playwright.sync_api import Browser, Page, sync_playwright
from search_world import world
from test_browser import CHROMIUM, FLAGS

from congtin.release.local_server import Hosts, LocalServer
from congtin.release.search.place import FOLDER, Shelf
from congtin.release.search.trees import output_tree
from congtin.release.search.update import Update, make_here, update

QUERIES = yaml.safe_load(Path(__file__).with_name("search_queries.yaml").read_text("utf-8"))
ASKED = [(at, query) for at, queries in QUERIES.items() for query in queries]
HOME = "ha.gov.vn/tim-kiem/"


class City:
    """The network of `search_world`, built, indexed and served."""

    def __init__(self, network: TinyNetwork) -> None:
        self.network = network
        self.place = network.root / ".congtin" / "search"

    def index(self) -> Update:
        done = update(output_tree(self.network.output), self.place, NOON, make_here)
        assert not done.errors
        return done


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> City:
    network = TinyNetwork.create(tmp_path_factory.mktemp("search") / "network", world())
    network.build()
    city = City(network)
    city.index()
    return city


@pytest.fixture(scope="module")
def server(city) -> Iterator[LocalServer]:
    with LocalServer(Hosts.read(city.network.output), 0, search=city.place) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def page(browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def ask(page: Page, server: LocalServer, at: str, **values: str) -> list[str]:
    """Open the page with a question; return the titles of what was found, when the page says it is done."""
    host, _, path = at.partition("/")
    page.goto(f"{server.address(host)}/{path}?{urlencode(values)}")
    return answers(page)


def answers(page: Page) -> list[str]:
    page.wait_for_function(
        "() => { const told = document.getElementById('ct-find-told').textContent;"
        " return told && told !== document.getElementById('ct-find').dataset.searching; }"
    )
    return page.locator("#ct-found h2").all_inner_texts()


def told(page: Page) -> str:
    return page.locator("#ct-find-told").inner_text()


def test_the_table_is_large_enough():
    """At least sixty questions, in each of the five languages."""
    assert len(ASKED) >= 60
    assert len(QUERIES) == 6
    assert any(unicodedata.normalize("NFC", query["q"]) != query["q"] for _, query in ASKED)


@pytest.mark.browser
@pytest.mark.parametrize("at", QUERIES)
def test_what_is_looked_for_stands_first(page, server, at):
    """Every question of the table is answered as the table says."""
    wrong = []
    for query in QUERIES[at]:
        found = ask(page, server, at, q=query["q"], **query.get("with", {}))
        first, among = query.get("first", []), {*query.get("among", [])}
        good = found[: len(first)] == first and among <= {*found} and not {*query.get("without", [])} & {*found}
        good = good and ("exactly" not in query or found == query["exactly"])
        good = good and bool(found) != query.get("none", False)
        if not good:
            wrong.append((query, found))
    assert not wrong
