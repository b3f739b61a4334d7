"""Previews: marked on every page, not for search engines, and apart from all other builds."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from network import NOON, REPOSITORY, TinyNetwork, article

from congtin.build.pipeline import build
from congtin.build.request import BuildRequest
from congtin.errors import UsageError
from congtin.layout import state_folder
from congtin.model import Profile

MARK = "CHƯA DUYỆT"
CONTENT = f"""\
-- content/ha/portal/tin-tuc/2026/cho-hoa.vi.md --
{article(1, "Chợ hoa", aliases="[/tin-tuc/2026/ten-cu/]")}
-- content/ha/lim/tin-tuc/2026/hop-dan.vi.md --
{article(2, "Họp dân", withdrawn="{at: 2026-11-01, reason: Sai, document: 1/TB}")}
"""


@pytest.fixture
def network(tmp_path):
    return TinyNetwork.create(tmp_path / "ha", CONTENT)


def made(network, folder, profile=Profile.PREVIEW, *, full=False):
    """Build into a folder and return its files."""
    output = (network.root / folder).resolve()
    request = BuildRequest(
        network.root, output, state_folder(network.root, output), NOON, profile, workers=1, full=full
    )
    build(request)
    files = (path for path in output.rglob("*") if path.is_file() and ".congtin" not in path.parts)
    return {path.relative_to(output).as_posix(): path.read_bytes() for path in files}


def test_every_page_says_that_nobody_approved_it(network):
    """Pages, lists, redirects, what was withdrawn, what is not found, feeds: all of them, and all noindex."""
    files = made(network, "preview")
    pages = {name: data.decode() for name, data in files.items() if name.endswith(".html")}
    assert any("ten-cu" in name for name in pages) and any("404" in name for name in pages)
    for name, page in pages.items():
        assert MARK in page and '<meta name="robots" content="noindex">' in page, name
        assert 'lang="vi"><strong>' in page or 'lang="vi"><p><strong>' in page
    entries = [data.decode() for name, data in files.items() if name.endswith("atom.xml") and b"<entry>" in data]
    assert entries and all(f"[{MARK}]" in feed for feed in entries)


def test_other_builds_do_not_say_so(network):
    """The mark is the preview's alone."""
    assert not any(MARK.encode() in data for data in made(network, "output", Profile.WORK).values())


def test_a_preview_follows_edits_like_any_build(network):
    """After an edit it is what a build from nothing would be."""
    made(network, "preview")
    network.write(f"-- content/ha/portal/tin-tuc/2026/cho-hoa.vi.md --\n{article(1, 'Chợ hoa xuân')}")
    assert made(network, "preview") == made(network, "fresh", full=True)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("other", [Profile.WORK, Profile.RELEASE])
def test_a_preview_and_another_build_never_share_a_folder(network, other, full):
    """Neither goes over the other, whatever is forgotten; what was there stays as it was."""
    first = made(network, "one")
    with pytest.raises(UsageError, match="holds a preview"):
        made(network, "one", other, full=full)
    assert made(network, "one") == first
    second = made(network, "two", Profile.WORK)
    with pytest.raises(UsageError, match="no preview"):
        made(network, "two", full=full)
    assert made(network, "two", Profile.WORK) == second


def congtin(network, *words):
    command = [sys.executable, "-m", "congtin", "--root", str(network.root), "--now", NOON.isoformat(), *words]
    environment = {**os.environ, "CONGTIN_LANG": "en"}
    return subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_command_builds_it_apart(network):
    """By default below .congtin/, never into output/."""
    done = congtin(network, "build", "--preview", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert MARK in (network.root / ".congtin/preview/ha.gov.vn/index.html").read_text("utf-8")
    assert not network.output.exists()
    done = congtin(network, "build", "--preview", "--release")
    assert done.returncode == 2 and "do not go together" in done.stderr
    assert congtin(network, "build", "--workers", "1").returncode == 0
    done = congtin(network, "build", "--preview", "--output", str(network.output))
    assert done.returncode == 2 and "no preview" in done.stderr
