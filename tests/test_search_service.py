"""Search follows what is published: the service makes indexes beside its Releases, and tells what they cost (H2)."""

from __future__ import annotations

import json

import pytest
from network import article
from test_publisher_service import Running
from waiting import wait_for

from congtin.release.rollback import Hold
from congtin.release.search.place import SITE, Shelf
from congtin.release.search.standing import search_state
from congtin.release.status import read_status

A = "content/ha/lim/tin-tuc/2026/a.vi.md"


def release_found(home):
    state = search_state(home.home)
    return state.release if state else None


@pytest.mark.slow
def test_indexes_follow_each_release_and_a_way_back(home):
    """After a merge only what changed is made anew, apart from network and keys; after a rollback what was is found."""
    with Running(home) as running:
        wait_for(lambda: release_found(home) == 1)
        first = search_state(home.home)
        shelf = Shelf(home.home.search, "lim.ha.gov.vn")
        before = shelf.pointer(SITE)
        assert first.renewed == first.indexes and first.memory > 1_000_000 and first.seconds > 0
        assert before.items == 1
        home.edit({A: article(1, "Cầu rất mới", "Dài 200 m.")})
        wait_for(lambda: release_found(home) == 2)
        after = shelf.pointer(SITE)
        assert after.parts != before.parts and set(before.parts) <= set(after.former)
        made = json.loads((home.home.status / "search.json").read_text())["made"]
        # The ward's own; title and summary over the portal.
        assert {(each["site"], each["scope"]) for each in made} == {("ha/lim", "site"), ("ha/portal", "portal")}
        wait_for(lambda: (read_status(home.home).search or first).release == 2)
        assert "Theo kịp các trang" in (home.home.status / "index.html").read_text("utf-8")
        home.roll_back(1)
        assert Hold.of(home.home)
        wait_for(lambda: release_found(home) == 1)
        assert shelf.pointer(SITE).parts == before.parts
    assert not running.errors


def test_indexes_are_never_made_of_what_is_not_live(home):
    """Without a Release there is nothing to search, and the command says how to get one."""
    done = home.congtin("search", "index", check=False)
    assert done.returncode == 2 and "congtin publish" in done.stderr
    assert not list(home.home.search.glob("*"))
