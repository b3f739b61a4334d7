"""Only what changed is built again, and the result is always that of a clean build."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from network import NOON, article, document
from series_run import ALONE, ROUNDS, run_series

from congtin.build.pipeline import build
from congtin.build.request import BuildRequest

# `make test` runs these series, always the same; tools/verify_long.py asks for more, and for other ones.
SERIES = int(os.environ.get("CONGTIN_SERIES", "30"))
SEED = int(os.environ.get("CONGTIN_SEED", "1")) * 1_000_000
# Shares run side by side.
SHARE = 15

NEWS = "content/ha/portal/tin-tuc/2026"


def test_an_unchanged_network_is_not_built_again(tiny):
    """The second build runs no Pelican at all, and still reports every page."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1))
    first = net.build()
    second = net.build()
    assert (first.skipped, second.skipped) == (0, 4)
    assert (second.pages, second.files, second.changed) == (first.pages, first.files, 0)


def test_only_editions_that_show_an_item_are_built_again(tiny):
    """An article copied to the ward: portal and ward are built, English Edition and commune are skipped."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1, crosspost="[ha/lim]"))
    net.build()
    net.write(f"-- {NEWS}/a.vi.md --\n" + article(1, body="Sửa.", crosspost="[ha/lim]"))
    report = net.build()
    # Both pages, and the text as data at home.
    assert (report.skipped, report.changed) == (2, 3)


def test_a_change_of_a_site_reaches_those_that_show_it(tiny):
    """A ward's new name changes its own pages, the portal's directory, and nothing of the commune."""
    net = tiny()
    net.build()
    text = (net.root / "sites/ha/lim.yaml").read_text("utf-8")
    net.put("sites/ha/lim.yaml", text.replace("{vi: Phường Lim}", "{vi: Phường Lim Mới}"))
    assert net.build().skipped == 1
    assert "Phường Lim Mới" in net.text("ha.gov.vn/co-quan/")


def test_the_clock_is_an_input(tiny):
    """A document that expires overnight says so the next day, without any edit (D11)."""
    net = tiny(
        "-- content/ha/portal/van-ban/2026/qd.vi.md --\n" + document(1, effective="2026-10-01", expires="2026-11-22")
    )
    net.build()
    assert "Còn hiệu lực" in net.text("ha.gov.vn/van-ban/2026/qd/")
    net.now = NOON + timedelta(days=1)
    assert net.build().skipped == 3
    assert "Hết hiệu lực" in net.text("ha.gov.vn/van-ban/2026/qd/")


def test_a_lost_file_is_made_again(tiny):
    """Whoever deletes an output file gets it back with the next build."""
    net = tiny()
    net.build()
    before = net.files()
    (net.output / "lim.ha.gov.vn/index.html").unlink()
    shutil.rmtree(net.output / "ha.gov.vn/english")
    assert net.build().skipped == 2
    assert net.files() == before


@pytest.mark.parametrize("edited", [True, False])
def test_sites_that_change_hosts_and_back_lose_nothing_when_only_one_was_built_between(tiny, edited):
    """A Site that is built alone takes the host of another: what that one had there is made again with its next build.

    Found by a reader: pages with the keys of one Site stayed below another's text, and no later build mended them.
    """
    lim, mai = (f"content/ha/{name}/tin-tuc/2026/a.vi.md" for name in ("lim", "mai"))
    net = tiny(f"-- {lim} --\n{article(1, 'Của Lim')}-- {mai} --\n{article(2, 'Của Mai')}")
    net.build()
    swap_sites(net)
    net.build("ha/lim")
    assert "Của Lim" in net.text("mai.ha.gov.vn/tin-tuc/")
    swap_sites(net)
    if edited:
        net.put(mai, article(2, "Của Mai", body="Khác."))
    net.build()
    assert "Của Mai" in net.text("mai.ha.gov.vn/tin-tuc/")
    assert net.files() == clean(net)
    assert net.build().built == []


def swap_sites(net):
    """Let lim and mai change names and hosts."""
    lim, mai = (net.root / f"sites/ha/{name}.yaml" for name in ("lim", "mai"))
    texts = lim.read_text("utf-8"), mai.read_text("utf-8")
    mai.write_text(texts[0], "utf-8")
    lim.write_text(texts[1], "utf-8")


def clean(net):
    """Return what a build from nothing writes."""
    output = net.root.parent / "clean"
    build(BuildRequest(net.root, output, output / ".congtin", net.now, workers=1))
    files = (file for file in output.rglob("*") if file.is_file())
    return {
        file.relative_to(output).as_posix(): file.read_bytes() for file in sorted(files) if ".congtin" not in file.parts
    }


def test_full_ignores_what_was_built_before(tiny):
    """`--full` builds every Edition and changes nothing."""
    net = tiny()
    net.build()
    run = net.congtin("build", "--full")
    assert run.returncode == 0
    assert "4 of 4 Editions" in run.stdout


@pytest.mark.slow
def test_what_other_edits_often_hide_is_built_when_it_comes_alone(tmp_path):
    """Time passes, the target of a link moves, one language gets a page: each followed by a comparison."""
    run_series(tmp_path, tuple((step,) for step in ALONE), versioned=True)


@pytest.mark.slow
@pytest.mark.parametrize("share", range(-(-SERIES // SHARE)))
def test_after_any_series_of_steps_the_tree_is_that_of_a_clean_build(tmp_path_factory, record_property, share):
    """Incremental equals clean, byte for byte and word for word, and nothing is left over."""
    counts: Counter[str] = Counter()

    @seed(SEED + share)
    @settings(
        max_examples=min(SHARE, SERIES - share * SHARE),
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(versioned=st.booleans(), rounds=ROUNDS)
    def incremental_equals_clean(versioned, rounds):
        folder = tmp_path_factory.mktemp("series")
        try:
            counts.update(run_series(folder, rounds, versioned=versioned))
        finally:
            shutil.rmtree(folder)

    incremental_equals_clean()
    for name, count in counts.items():
        record_property(name, count)
