"""Who works for a Board is secret (E7): no page, no feed and no commit of main names anybody of the roster."""

from __future__ import annotations

import subprocess

import pytest
from desks import TinyDesk
from network import TinyNetwork, article

from congtin.editorial.leaks import leaks
from congtin.editorial.repository import GitRepository

NEWS = "content/ha/lim/tin-tuc/2026/a.vi.md"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = TinyDesk.create(tmp_path_factory.mktemp("leaks") / "desk")
    change = made.work("lim-editor").propose("Tin mới", {NEWS: article(1, crosspost="[ha/portal]")})
    made.work("lim-head").approve(change)
    made.work("lim-editor").merge(change)
    yield made
    made.close()


def words_of(desk: TinyDesk) -> list[str]:
    """Return what else points to people: the addresses in their Git settings, the log's fingerprints."""
    return ["x@example.vn", desk.village.fingerprint("service")]


def test_no_output_names_anybody(desk, tmp_path):
    """All files of all Sites, built from the published commit."""
    net = TinyNetwork.create(tmp_path / "copy")
    archive = subprocess.run(
        ["git", f"--git-dir={desk.content}", "archive", "main", "content", "sites"],
        check=True,
        capture_output=True,
        timeout=60,
    ).stdout
    subprocess.run(["tar", "-x", "-C", str(net.root)], input=archive, check=True, timeout=60)
    net.build()
    files = net.files()
    assert any("Tiêu đề".encode() in data for data in files.values())
    assert leaks(files, desk.village.load(), more=words_of(desk)) == []


def test_no_commit_of_main_names_anybody(desk):
    """The merges on main are neutral; the branches behind them are not, and stay in the private repository."""
    with GitRepository(desk.content) as git:
        root = desk.village.trust().content_root
        own = {oid: git.object(oid)[1] for oid in git.first_parents(root, desk.ref())}
        behind = {oid: git.object(oid)[1] for oid in git.commits(desk.ref(), root) if oid not in own}
    assert leaks(own, desk.village.load(), more=words_of(desk)) == []
    assert leaks(behind, desk.village.load(), more=words_of(desk))  # the search does find
