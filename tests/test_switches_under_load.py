"""Switches and rollbacks under load: nothing fails, nothing is mixed (the full count: `make drill`)."""

from __future__ import annotations

import os
import shutil
import time

import pytest
from loads import LoadedHome, switch_under_load, wrk
from readers import Look, Reader, objections

from congtin.release.releases import release_of, switch

pytestmark = pytest.mark.slow
HOST, PATH = "ha.gov.vn", "/tin-tuc/2026/a/"


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Yield a home with two Releases, the second live."""
    made = LoadedHome.create(tmp_path_factory.mktemp("two"))
    made.publish()
    yield made
    made.tiny.desk.close()


@pytest.fixture
def releases(two):
    """Return both Releases; the second is live."""
    home = two.tiny.home
    both = [release_of(home, number) for number in (1, 2)]
    switch(home, both[1])
    return both


def test_a_page_opened_before_a_switch_is_whole_after_it(two, releases):
    """Both ways: its style sheet and its icon are those of its own Release."""
    with two.serve() as server:
        for release in releases:
            look = Reader(server).look(HOST, PATH, between=lambda to=release: switch(two.tiny.home, to))
            assert len(look.assets) >= 3
            assert objections([look], two.releases) == []


def test_no_answer_fails_or_is_mixed_while_releases_are_switched(two, releases):
    """Two publications of edited pages and style sheets, three other switches, a rollback; wrk and two readers."""
    seen = switch_under_load(two, 5, 1, int(os.environ.get("CONGTIN_SEED", "20261122")), publications=2)
    assert (seen.switches, seen.publications, seen.rollbacks, seen.straddled) == (5, 2, 1, 6)
    assert any(asset.name.endswith("anh.png") for look in seen.looks for asset in look.assets)


# --- can it fail? ------------------------------------------------------------------------------


def test_readers_object_without_the_files_of_other_releases(two, releases, tmp_path):
    """Served without `assets/`, a page opened before a switch loses its style sheet."""
    with two.serve("--assets", str(tmp_path)) as server:
        look = Reader(server).look(HOST, PATH, between=lambda: switch(two.tiny.home, releases[0]))
    assert any("style" in line and "404" in line for line in objections([look], two.releases))


def test_readers_and_wrk_object_to_a_switch_in_two_steps(two, releases, tmp_path):
    """A link that is removed and made anew leaves a moment in which there is nothing."""
    live = two.tiny.folder / "live"
    target = live.readlink()
    looks: list[Look] = []
    with two.serve() as server, wrk(tmp_path, two.origin_port) as end_load:
        live.unlink()
        looks.append(Reader(server).look(HOST, PATH))
        time.sleep(0.2)
        live.symlink_to(target)
        load = end_load()
    assert load.other > 0
    assert objections(looks, two.releases) == [f"{HOST}{PATH}index.html: 503, not as Release None has it"]


def test_readers_object_to_a_tree_that_is_copied_over(two, releases, tmp_path):
    """Files of one Release over those of another, in whatever order: pages of one, style sheets of the other."""
    mixed = tmp_path / "mixed"
    shutil.copytree(releases[1].tree, mixed)
    style = next(mixed.glob(f"{HOST}/theme/style.*.css"))
    style.chmod(0o644)
    style.write_bytes(next(releases[0].tree.glob(f"{HOST}/theme/style.*.css")).read_bytes())
    with two.serve("--tree", str(mixed), "--assets", str(tmp_path)) as server:
        look = Reader(server).look(HOST, PATH)
    assert objections([look], two.releases) == [
        f"{HOST}{PATH}index.html of Release 2: {style.relative_to(mixed)} 200, of 1"
    ]
