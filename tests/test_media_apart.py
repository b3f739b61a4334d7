"""Files of people whom nobody has checked are looked into where there is nothing to take (D3, E22)."""

from __future__ import annotations

import shutil

import pytest
from attacks import LIM, blockers, fresh, make_desk, offered, published, repelled
from drawn import from_a_phone, jpeg, pdf, photograph
from network import article
from test_attachments import scanned

from congtin.errors import UsageError
from congtin.media.apart import examine_apart
from congtin.media.examine import examine

GOOD = {
    "a.jpg": from_a_phone(),
    "b.pdf": pdf("Mot van ban dai hon hai muoi chu"),
    "c.pdf": scanned(),
    "d.svg": b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'/>",
    "e.csv": "số,ngày\n".encode(),
}
BAD = {"f.jpg": jpeg(photograph(400, 300))[:3000], "g.csv": b"\xff\xfe\x00", "h.pdf": b"%PDF-1.4\nnothing"}


def written(folder, files):
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return list(files)


def test_it_finds_what_is_found_anywhere(tmp_path):
    """Size, pages, text, what is wrong and how to mend it: not one word differs."""
    files = {**GOOD, **BAD}
    names = written(tmp_path, files)
    found = examine_apart(tmp_path, names)
    assert found == [examine(files[name], name) for name in names]
    assert [bool(problems) for _, problems in found] == [name in BAD for name in names]


def test_a_file_that_ends_the_process_is_named_and_the_others_are_judged(tmp_path):
    """As one does that breaks a decoder: here it cannot even be opened."""
    names = written(tmp_path, GOOD)
    (tmp_path / "z.pdf").symlink_to("/proc/1/mem")
    *good, (facts, (problem,)) = examine_apart(tmp_path, [*names, "z.pdf"])
    assert [found for found, _ in good] == [examine(GOOD[name], name)[0] for name in names]
    assert (problem.code, problem.path, facts.format) == ("media-unreadable", "z.pdf", "")
    assert "save it anew" in str(problem.hint)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = make_desk(tmp_path_factory.mktemp("media"))
    yield made
    made.close()


def paper(number: int, name: str, data: bytes) -> dict[str, str | bytes]:
    body = f"[Tệp](p{number}.files/{name})"
    return {f"{LIM}/p{number}.vi.md": article(number, body=body), f"{LIM}/p{number}.files/{name}": data}


def test_the_gate_takes_a_good_file_and_refuses_a_broken_one(desk):
    """Whatever the Board said of it: what would stop a publication does not get onto main."""
    published(desk, paper(41, "a.pdf", GOOD["b.pdf"]))
    change = offered(desk, paper(42, "h.pdf", BAD["h.pdf"]), "lim-head")
    assert blockers(desk, change) == ["pdf-unreadable"]
    with repelled(desk, "pdf-unreadable", "h.pdf"):
        fresh(desk, "lim-editor").merge(change)


def test_without_a_place_apart_nothing_is_looked_into(desk, tmp_path, monkeypatch):
    """A machine that lacks bubblewrap says so; it never reads such a file beside its keys."""
    change = offered(desk, paper(43, "b.pdf", GOOD["b.pdf"]), "lim-head")
    for name in ("git", "ssh-keygen"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="bwrap"):
        blockers(desk, change)
