"""The gate's own catalogue of main: always what a clean reading of the commit would give."""

from __future__ import annotations

import pytest
from desks import TinyDesk, clock
from network import article

from congtin.editorial.mainline import Mainline
from congtin.editorial.repository import GitRepository
from congtin.engine import blob_id
from congtin.errors import ProblemsFound
from congtin.network.stored import network_text

NEWS = "content/ha/lim/tin-tuc/2026/a.vi.md"
PICK = "sites/ha/portal/picks/{}.yaml"
OFFERED = article(1, crosspost="[ha/portal]")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = TinyDesk.create(tmp_path_factory.mktemp("mainline") / "desk", f"-- {NEWS} --\n{OFFERED}")
    yield made
    made.close()


def pick_text(item: str, into: str = "tu-co-so") -> str:
    return f"item: {item}\ninto: {into}\nsources:\n  {NEWS}: {blob_id(OFFERED.encode())}\n"


def changed(desk: TinyDesk, person: str, files: dict[str, str]) -> tuple[GitRepository, str, str]:
    """Return the repository of a person with main and the head of a draft."""
    work = desk.work(person)
    change = work.draft("Thử", files)
    git = GitRepository(work.root)
    return git, git.ref("refs/remotes/origin/main"), git.ref(f"refs/heads/change/{change}")


def test_a_pick_is_read_alone_and_gives_the_same_network(desk, tmp_path):
    """The short way for the daily case, and the long one."""
    item = OFFERED.split("id: ")[1].split("\n")[0]
    git, main, head = changed(desk, "portal-editor", {PICK.format(item): pick_text(item)})
    with git, Mainline(git, tmp_path / "short") as short, Mainline(git, tmp_path / "long") as long:
        view = short.view(main, head, git.differences(main, head), clock())
        whole = long.side(head).network
        assert network_text(view.after.network) == network_text(whole)
        assert [(one.site, one.change, one.via) for one in view.placed] == [("ha/portal", "gained", "pick")]


def test_a_broken_pick_is_told_with_its_line(desk, tmp_path):
    """Into a section that does not exist."""
    item = OFFERED.split("id: ")[1].split("\n")[0]
    git, main, head = changed(desk, "portal-editor", {PICK.format(item): pick_text(item, "khong-co")})
    with git, Mainline(git, tmp_path) as mainline, pytest.raises(ProblemsFound) as told:
        mainline.view(main, head, git.differences(main, head), clock())
    assert [(p.code, p.line) for p in told.value.problems] == [("unknown-section", 2)]


def test_the_store_follows_main_in_both_directions(desk, tmp_path):
    """Brought forward, back and forward again it holds what a new one holds."""
    git, main, head = changed(
        desk, "lim-editor", {NEWS: OFFERED.replace("Nội dung", "Lời khác"), NEWS.replace("a.vi", "b.vi"): article(2)}
    )
    with git, Mainline(git, tmp_path / "walked") as walked, Mainline(git, tmp_path / "new") as new:
        for commit in (main, head, main, head):
            walked.bring_to(commit)
        new.bring_to(head)
        assert walked.store.blobs() == new.store.blobs()
        assert len(new.store.blobs()) == 2
