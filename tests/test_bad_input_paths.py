"""Files below content/ that have no place there: wrong names, wrong types, links out of the tree."""

from __future__ import annotations

import os

import pytest
from findings import NEWS, told
from network import article, document

GOOD = article(1)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
HTML = b"<script>alert(1)</script>"

NAMES = {
    "language-not-published": (f"{NEWS}a.ko.md", "?"),
    "language-in-capitals": (f"{NEWS}a.VI.md", "?"),
    "language-that-is-none": (f"{NEWS}a.tieng-viet.md", "?"),
    "no-language": (f"{NEWS}cau-moi.md", "?"),
    "unknown-site": ("content/ha/lin/tin-tuc/2026/a.vi.md", "?"),
    "unknown-portal": ("content/hue/xyz/tin-tuc/2026/a.vi.md", "?"),
    "unknown-section": ("content/ha/portal/tin-tuk/2026/a.vi.md", "?"),
    "far-unknown-section": ("content/ha/lim/xyz/2026/a.vi.md", "?"),
    "capitals": (f"{NEWS}Cau-Moi.vi.md", "?"),
    "vietnamese": (f"{NEWS}cầu-mới.vi.md", "?"),
    "space": (f"{NEWS}cau moi.vi.md", "?"),
    "underscore": (f"{NEWS}cau_moi.vi.md", "?"),
    "double-hyphen": (f"{NEWS}cau--moi.vi.md", "?"),
    "digits-only": (f"{NEWS}2026.vi.md", "?"),
    "too-long": (f"{NEWS}{'a' * 81}.vi.md", "?"),
    "dots-that-climb": (f"{NEWS}...vi.md", "?"),
    "dots-within": (f"{NEWS}a..vi.md", "?"),
    "no-year": ("content/ha/portal/tin-tuc/nam-nay/a.vi.md", "?"),
    "beside-the-year": ("content/ha/portal/tin-tuc/a.vi.md", "?"),
    "nested": (f"{NEWS}thang-10/a.vi.md", "?"),
    "top": ("content/README.md", "?"),
    "gitattributes": ("content/.gitattributes", "?"),
    "gitattributes-inside": (f"{NEWS}.gitattributes", "?"),
    "hidden": (f"{NEWS}.a.vi.md", "?"),
    "word-file-among-texts": (f"{NEWS}bai.docx", "?"),
    "suffix-in-capitals": (f"{NEWS}a.vi.MD", "?"),
}


@pytest.mark.parametrize(("path", "expected"), NAMES.values(), ids=NAMES.keys())
def test_a_file_with_the_wrong_name_or_place_is_told(tiny, path, expected):
    """Nothing below content/ is passed over in silence."""
    net = tiny()
    net.put(path, GOOD)
    assert told(net) == expected


MEDIA = {
    "svg": ("a.files/so-do.svg", b"<svg/>", "?"),
    "html": ("a.files/trang.html", HTML, "?"),
    "script": ("a.files/x.js", b"alert(1)", "?"),
    "html-called-png": ("a.files/so-do.png", HTML, "?"),
    "jpeg-called-png": ("a.files/so-do.png", b"\xff\xd8\xff\xe0", "?"),
    "avi-called-webp": ("a.files/so-do.webp", b"RIFF\0\0\0\0AVI LIST", "?"),
    "empty-picture": ("a.files/so-do.png", b"", "?"),
    "html-called-pdf": ("a.files/qd.pdf", HTML, "?"),
    "text-called-mp4": ("a.files/phim.mp4", b"x", "?"),
    "no-suffix": ("a.files/readme", b"x", "?"),
    "capitals": ("a.files/SoDo.png", PNG, "?"),
    "vietnamese": ("a.files/sơ-đồ.png", PNG, "?"),
    "hidden": ("a.files/.htaccess", b"x", "?"),
    "nested": ("a.files/anh/so-do.png", PNG, "?"),
    "of-no-text": ("b.files/so-do.png", PNG, "?"),
    "folder-name": ("A.files/so-do.png", PNG, "?"),
}


@pytest.mark.parametrize(("path", "data", "expected"), MEDIA.values(), ids=MEDIA.keys())
def test_a_file_that_must_not_be_published_is_told(tiny, path, data, expected):
    """Only known types, whose first bytes agree with their names, lie beside a text."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", GOOD)
    net.put(NEWS + path, data)
    assert told(net) == expected


def _link_to_file(net):
    (net.root / f"{NEWS}b.vi.md").symlink_to("/etc/passwd")


def _link_to_folder(net):
    (net.root / "content/ha/portal/tin-tuc/2025").symlink_to("/etc")


def _link_within(net):
    (net.root / f"{NEWS}b.vi.md").symlink_to("a.vi.md")


def _executable(net):
    (net.root / f"{NEWS}a.vi.md").chmod(0o755)


def _fifo(net):
    os.mkfifo(net.root / f"{NEWS}b.vi.md")


def _folder_like_a_text(net):
    (net.root / f"{NEWS}x.md").mkdir()


def _name_in_tcvn3(net):
    os.close(os.open(os.fsencode(net.root / NEWS) + b"/b\xb5i.vi.md", os.O_CREAT))


def _large_text(net):
    net.put(f"{NEWS}b.vi.md", article(2, body="a " * 600_000))


TRICKS = {
    _link_to_file: "?",
    _link_to_folder: "?",
    _link_within: "?",
    _executable: "?",
    _fifo: "?",
    _folder_like_a_text: "?",
    _name_in_tcvn3: "?",
    _large_text: "?",
}


@pytest.mark.parametrize(("trick", "expected"), TRICKS.items(), ids=[trick.__name__.strip("_") for trick in TRICKS])
def test_a_trick_of_the_file_system_is_told(tiny, trick, expected):
    """Links, devices, programs and giants are named; none of them is read."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", GOOD)
    trick(net)
    assert told(net) == expected


KINDS = {
    "article-among-documents": ("van-ban", GOOD, "?"),
    "document-among-news": ("tin-tuc", document(1), "?"),
    "article-among-pages": ("gioi-thieu", GOOD, "?"),
}


@pytest.mark.parametrize(("section", "text", "expected"), KINDS.values(), ids=KINDS.keys())
def test_a_kind_in_the_wrong_section_is_told(tiny, section, text, expected):
    """The hint names the sections that fit."""
    net = tiny()
    net.put(f"content/ha/portal/{section}/2026/a.vi.md", text)
    assert told(net) == expected


@pytest.mark.parametrize("change", [lambda t: t.replace("\n", "\r\n"), lambda t: "\ufeff" + t], ids=["crlf", "bom"])
def test_what_windows_adds_to_a_file_does_not_show(tiny, change):
    """Line ends of Windows and a byte order mark give the same output as a file without."""
    text = article(1, body="## Mục\n\nMột\nhai  \nba\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx\n```\n")
    net = tiny()
    net.put(f"{NEWS}a.vi.md", text)
    net.build("ha/portal")
    before = net.files()
    net.put(f"{NEWS}a.vi.md", change(text))
    assert told(net) == []
    net.build("ha/portal")
    assert net.files() == before
