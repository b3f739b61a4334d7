"""Somebody has put things of their own into the output folder: the next build mends it, or says what to do."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from network import TinyNetwork, article

from congtin.build.commit import commit, recover
from congtin.build.manifest import STAGING, edition_name
from congtin.build.output import OutputSink
from congtin.errors import BuildError
from congtin.model import EditionKey

NEWS = "content/ha/portal/tin-tuc/2026"
PAGE = "ha.gov.vn/tin-tuc/2026/cau"
PORTAL = EditionKey("ha/portal", "vi")


@pytest.fixture
def net(tiny) -> TinyNetwork:
    net = tiny(
        f"-- {NEWS}/cau.vi.md --\n" + article(1, "Cầu mới"), f"-- {NEWS}/duong.vi.md --\n" + article(2, "Đường mới")
    )
    net.build()
    return net


def edit(net: TinyNetwork) -> None:
    net.put(f"{NEWS}/cau.vi.md", article(1, "Cầu cũ"))


def clean(net: TinyNetwork) -> dict[str, bytes]:
    """Return what a build from nothing writes."""
    shutil.rmtree(net.output)
    shutil.rmtree(net.root / ".congtin")
    net.build()
    return net.files()


@pytest.mark.parametrize("folder", [PAGE, "ha.gov.vn/tin-tuc", "ha.gov.vn"])
def test_a_link_in_place_of_a_folder_is_refused_and_nothing_is_written_through_it(net, tmp_path, folder):
    """A page that replaces an older one would land wherever the link leads."""
    place, elsewhere = net.output / folder, tmp_path / "elsewhere"
    place.rename(elsewhere)
    place.symlink_to(elsewhere)
    before = {file: file.read_bytes() for file in elsewhere.rglob("*") if file.is_file()}
    edit(net)
    with pytest.raises(BuildError) as stopped:
        net.build()
    assert str(stopped.value).splitlines() == [
        f"{place} is a link; pages are written into real folders only.",
        f"Remove the link: rm {place}. The next build writes the pages again.",
    ]
    assert {file: file.read_bytes() for file in elsewhere.rglob("*") if file.is_file()} == before
    assert not (net.output / STAGING).exists()
    place.unlink()
    net.build()
    made = net.files()
    assert "Cầu cũ" in net.text(PAGE)
    assert made == clean(net)


def test_a_page_that_is_gone_is_not_removed_through_a_link(net, tmp_path):
    place, elsewhere = net.output / PAGE, tmp_path / "elsewhere"
    place.rename(elsewhere)
    place.symlink_to(elsewhere)
    net.remove(f"{NEWS}/cau.vi.md")
    with pytest.raises(BuildError, match="is a link"):
        net.build()
    assert (elsewhere / "index.html").is_file()
    place.unlink()
    net.build()
    assert net.files() == clean(net)


def test_a_new_page_is_not_written_through_a_link(net, tmp_path):
    place, elsewhere = net.output / "ha.gov.vn/tin-tuc", tmp_path / "elsewhere"
    place.rename(elsewhere)
    place.symlink_to(elsewhere)
    net.put(f"{NEWS}/ham.vi.md", article(3, "Hầm mới"))
    with pytest.raises(BuildError, match="is a link"):
        net.build()
    assert not (elsewhere / "2026/ham").exists()


@pytest.mark.parametrize("removed", [False, True], ids=["edited", "withdrawn-from-git"])
@pytest.mark.parametrize("folder", [PAGE, "ha.gov.vn/tin-tuc/2026"])
def test_a_file_in_place_of_a_folder_gives_way(net, folder, removed):
    place = net.output / folder
    shutil.rmtree(place)
    place.write_text("notes")
    if removed:
        net.remove(f"{NEWS}/cau.vi.md")
    else:
        edit(net)
    net.build()
    made = net.files()
    if removed and folder == PAGE:
        assert made.pop(PAGE) == b"notes", "nothing of ours belongs there any more"
    assert made == clean(net)


def test_a_folder_in_place_of_a_page_gives_way(net):
    page = net.output / PAGE / "index.html"
    page.unlink()
    (page / "notes").mkdir(parents=True)
    edit(net)
    net.build()
    made = net.files()
    assert made == clean(net)


def render(net: TinyNetwork, pages: dict[str, bytes]) -> OutputSink:
    """Write pages of the portal to where they wait for being put in place."""
    sink = OutputSink(net.output, net.root / ".congtin", PORTAL)
    sink.open()
    for page, content in pages.items():
        sink.put(page, content)
    sink.seal("x")
    return sink


@pytest.fixture
def ready(net) -> OutputSink:
    """Return the sink of an Edition whose one page has been rendered and not put in place."""
    return render(net, {f"{PAGE}/index.html": b"new"})


def test_a_file_that_comes_between_rendering_and_putting_in_place_gives_way(net, ready):
    folder = net.output / PAGE
    shutil.rmtree(folder)
    folder.write_text("notes")
    commit(net.output, net.root / ".congtin", [PORTAL])
    assert (folder / "index.html").read_bytes() == b"new"


def test_some_of_many_pages_are_hindered_and_all_come_to_their_place(net):
    """Pages are put in place several at a time; what stands in the way of a few of them gives way in the end."""
    folder = net.output / "ha.gov.vn/many"
    pages = [f"ha.gov.vn/many/{number}/index.html" for number in range(50)]
    render(net, dict.fromkeys(pages, b"old"))
    commit(net.output, net.root / ".congtin", [PORTAL])
    render(net, {page: page.encode() for page in pages})
    shutil.rmtree(folder / "3")
    (folder / "3").write_text("notes")
    shutil.rmtree(folder / "4")
    (folder / "17/index.html").unlink()
    (folder / "17/index.html/notes").mkdir(parents=True)
    commit(net.output, net.root / ".congtin", [PORTAL])
    assert {page: (net.output / page).read_bytes() for page in pages} == {page: page.encode() for page in pages}
    assert not (net.output / STAGING).exists()


def test_a_disk_that_refuses_one_of_many_pages_loses_none(net):
    """What could not be put in place waits, with all that was; when the disk lets it, the next build finishes."""
    pages = [f"ha.gov.vn/many/{number}/index.html" for number in range(50)]
    render(net, dict.fromkeys(pages, b"old"))
    commit(net.output, net.root / ".congtin", [PORTAL])
    render(net, {page: page.encode() for page in pages})
    held = net.output / pages[17]
    mount = ["mount", "--bind", held, held]
    done = subprocess.run(mount, capture_output=True, text=True, check=False, timeout=30)
    if done.returncode:
        pytest.skip(f"a page nobody can replace needs the right to mount: {done.stderr.strip()}")
    try:
        with pytest.raises(OSError, match="busy"):
            commit(net.output, net.root / ".congtin", [PORTAL])
        assert held.read_bytes() == b"old"
        assert (net.output / STAGING / "journal.json").is_file()
    finally:
        subprocess.run(["umount", held], check=True, timeout=30)
    recover(net.output, net.root / ".congtin")
    assert {page: (net.output / page).read_bytes() for page in pages} == {page: page.encode() for page in pages}
    assert not (net.output / STAGING).exists()


def test_a_link_that_comes_when_a_build_was_interrupted_is_refused_until_it_is_gone(net, ready, tmp_path):
    """What a dead build had begun is finished once the link is away; nothing of it is lost."""
    (net.output / STAGING / "journal.json").write_text(json.dumps([[edition_name(PORTAL)], []]))
    folder, elsewhere = net.output / PAGE, tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    old = (elsewhere / "index.html").read_bytes()
    with pytest.raises(BuildError, match="is a link"):
        recover(net.output, net.root / ".congtin")
    assert (elsewhere / "index.html").read_bytes() == old
    folder.unlink()
    recover(net.output, net.root / ".congtin")
    assert (folder / "index.html").read_bytes() == b"new"
    assert not (net.output / STAGING).exists()
