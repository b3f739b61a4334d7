"""Files below content/ that have no place there: wrong names, wrong types, links out of the tree."""

from __future__ import annotations

import os

import pytest
from drawn import png
from findings import NEWS, told
from network import article, document

FORM = "Sources are content/<portal>/<site>/<section>/<yyyy>/<slug>.<lang>.md."
SLUG = "Use lower-case letters without diacritics, digits and single hyphens, at most 80 characters."
BETTER = "Name it “cau-moi”: lower-case letters without diacritics, digits and single hyphens, at most 80 characters."
_ALLOWED = "png, jpg, jpeg, gif, webp, svg, pdf, docx, xlsx, pptx, odt, ods, odp, zip, mp3, mp4, vtt, csv, txt"
TYPES = f"Allowed are: {_ALLOWED}."
NOT_ITS_NAME = "The file is not what its name says it is."
SAVE_AGAIN = "Save it again in the format its name ends with: renaming a file does not convert it."

GOOD = article(1)
PNG = png()
HTML = b"<script>alert(1)</script>"

LISTS = "Choose another name: trang-1, trang-2 and so on are the pages of lists."

NAMES = {
    "page-of-a-list": (
        f"{NEWS}trang-1.vi.md",
        ["trang-1.vi.md path-slug", "“trang-1” cannot be part of an address.", LISTS],
    ),
    "later-page-of-a-list": (
        f"{NEWS}trang-22.vi.md",
        ["trang-22.vi.md path-slug", "“trang-22” cannot be part of an address.", LISTS],
    ),
    "year-in-other-digits": (
        "content/ha/portal/tin-tuc/20\u0662\u0666/a.vi.md",
        [
            "content/ha/portal/tin-tuc/20\u0662\u0666/a.vi.md path-year",
            "“20\u0662\u0666” is not a year.",
            FORM,
        ],
    ),
    "language-not-published": (
        f"{NEWS}a.ko.md",
        [
            "a.ko.md unknown-language",
            "ha/portal is not published in the language “ko”.",
            "Its languages are: vi, en.",
        ],
    ),
    "language-in-capitals": (
        f"{NEWS}a.VI.md",
        [
            "a.VI.md unknown-language",
            "ha/portal is not published in the language “VI”.",
            "Its languages are: vi, en.",
        ],
    ),
    "language-that-is-none": (
        f"{NEWS}a.tieng-viet.md",
        [
            "a.tieng-viet.md unknown-language",
            "ha/portal is not published in the language “tieng-viet”.",
            "Its languages are: vi, en.",
        ],
    ),
    "no-language": (
        f"{NEWS}cau-moi.md",
        [
            "cau-moi.md path-language",
            "The file name does not say its language.",
            "Name it cau-moi.vi.md.",
        ],
    ),
    "unknown-site": (
        "content/ha/lin/tin-tuc/2026/a.vi.md",
        [
            "content/ha/lin/tin-tuc/2026/a.vi.md unknown-site",
            "There is no Site “ha/lin”.",
            "Did you mean “ha/lim”, “ha/mai”?",
        ],
    ),
    "unknown-portal": (
        "content/hue/xyz/tin-tuc/2026/a.vi.md",
        ["content/hue/xyz/tin-tuc/2026/a.vi.md unknown-site", "There is no Site “hue/xyz”."],
    ),
    "unknown-section": (
        "content/ha/portal/tin-tuk/2026/a.vi.md",
        [
            "content/ha/portal/tin-tuk/2026/a.vi.md unknown-section",
            "ha/portal has no section “tin-tuk”.",
            "Did you mean “tin-tuc”?",
        ],
    ),
    "far-unknown-section": (
        "content/ha/lim/xyz/2026/a.vi.md",
        [
            "content/ha/lim/xyz/2026/a.vi.md unknown-section",
            "ha/lim has no section “xyz”.",
            "Its sections are: tin-tuc, tin-thanh-pho, gioi-thieu.",
        ],
    ),
    "capitals": (
        f"{NEWS}Cau-Moi.vi.md",
        [
            "Cau-Moi.vi.md path-slug",
            "“Cau-Moi” cannot be part of an address.",
            BETTER,
        ],
    ),
    "vietnamese": (
        f"{NEWS}cầu-mới.vi.md",
        [
            "cầu-mới.vi.md path-slug",
            "“cầu-mới” cannot be part of an address.",
            BETTER,
        ],
    ),
    "space": (
        f"{NEWS}cau moi.vi.md",
        [
            "cau moi.vi.md path-slug",
            "“cau moi” cannot be part of an address.",
            BETTER,
        ],
    ),
    "underscore": (
        f"{NEWS}cau_moi.vi.md",
        [
            "cau_moi.vi.md path-slug",
            "“cau_moi” cannot be part of an address.",
            BETTER,
        ],
    ),
    "double-hyphen": (
        f"{NEWS}cau--moi.vi.md",
        [
            "cau--moi.vi.md path-slug",
            "“cau--moi” cannot be part of an address.",
            BETTER,
        ],
    ),
    "digits-only": (
        f"{NEWS}2026.vi.md",
        [
            "2026.vi.md path-slug",
            "“2026” cannot be part of an address.",
            SLUG,
        ],
    ),
    "too-long": (
        f"{NEWS}{'a' * 81}.vi.md",
        [
            f"{'a' * 81}.vi.md path-slug",
            f"“{'a' * 81}” cannot be part of an address.",
            SLUG,
        ],
    ),
    "dots-that-climb": (
        f"{NEWS}...vi.md",
        [
            "...vi.md path-slug",
            "“..” cannot be part of an address.",
            SLUG,
        ],
    ),
    "dots-within": (
        f"{NEWS}a..vi.md",
        [
            "a..vi.md path-slug",
            "“a.” cannot be part of an address.",
            "Name it “a”: lower-case letters without diacritics, digits and single hyphens, at most 80 characters.",
        ],
    ),
    "no-year": (
        "content/ha/portal/tin-tuc/nam-nay/a.vi.md",
        [
            "content/ha/portal/tin-tuc/nam-nay/a.vi.md path-year",
            "“nam-nay” is not a year.",
            FORM,
        ],
    ),
    "beside-the-year": (
        "content/ha/portal/tin-tuc/a.vi.md",
        [
            "content/ha/portal/tin-tuc/a.vi.md path-form",
            "The file has no place here.",
            FORM,
        ],
    ),
    "nested": (
        f"{NEWS}thang-10/a.vi.md",
        [
            "thang-10/a.vi.md path-form",
            "The file has no place here.",
            FORM,
        ],
    ),
    "top": (
        "content/README.md",
        [
            "content/README.md path-form",
            "The file has no place here.",
            FORM,
        ],
    ),
    "gitattributes": (
        "content/.gitattributes",
        [
            "content/.gitattributes path-form",
            "The file has no place here.",
            FORM,
        ],
    ),
    "gitattributes-inside": (
        f"{NEWS}.gitattributes",
        [
            ".gitattributes path-form",
            "Only .md files and <slug>.files/ folders belong here.",
            FORM,
        ],
    ),
    "hidden": (
        f"{NEWS}.a.vi.md",
        [
            ".a.vi.md path-slug",
            "“.a” cannot be part of an address.",
            "Name it “a”: lower-case letters without diacritics, digits and single hyphens, at most 80 characters.",
        ],
    ),
    "word-file-among-texts": (
        f"{NEWS}bai.docx",
        [
            "bai.docx path-form",
            "Only .md files and <slug>.files/ folders belong here.",
            FORM,
        ],
    ),
    "suffix-in-capitals": (
        f"{NEWS}a.vi.MD",
        [
            "a.vi.MD path-form",
            "Only .md files and <slug>.files/ folders belong here.",
            FORM,
        ],
    ),
}


@pytest.mark.parametrize(("path", "expected"), NAMES.values(), ids=NAMES.keys())
def test_a_file_with_the_wrong_name_or_place_is_told(tiny, path, expected):
    """Nothing below content/ is passed over in silence."""
    net = tiny()
    net.put(path, GOOD)
    assert told(net) == expected


MEDIA = {
    "bmp": (
        "a.files/so-do.bmp",
        b"<svg/>",
        [
            "a.files/so-do.bmp media-type",
            "Files of the type of “so-do.bmp” are not published.",
            TYPES,
        ],
    ),
    "html": (
        "a.files/trang.html",
        HTML,
        [
            "a.files/trang.html media-type",
            "Files of the type of “trang.html” are not published.",
            TYPES,
        ],
    ),
    "script": (
        "a.files/x.js",
        b"alert(1)",
        [
            "a.files/x.js media-type",
            "Files of the type of “x.js” are not published.",
            TYPES,
        ],
    ),
    "html-called-png": (
        "a.files/so-do.png",
        HTML,
        [
            "a.files/so-do.png media-type",
            NOT_ITS_NAME,
            SAVE_AGAIN,
        ],
    ),
    "jpeg-called-png": (
        "a.files/so-do.png",
        b"\xff\xd8\xff\xe0",
        [
            "a.files/so-do.png media-type",
            NOT_ITS_NAME,
            SAVE_AGAIN,
        ],
    ),
    "avi-called-webp": (
        "a.files/so-do.webp",
        b"RIFF\0\0\0\0AVI LIST",
        [
            "a.files/so-do.webp media-type",
            NOT_ITS_NAME,
            SAVE_AGAIN,
        ],
    ),
    "empty-picture": (
        "a.files/so-do.png",
        b"",
        [
            "a.files/so-do.png media-type",
            NOT_ITS_NAME,
            SAVE_AGAIN,
        ],
    ),
    "html-called-pdf": (
        "a.files/qd.pdf",
        HTML,
        [
            "a.files/qd.pdf media-type",
            NOT_ITS_NAME,
            SAVE_AGAIN,
        ],
    ),
    "text-called-mp4": (
        "a.files/phim.mp4",
        b"x",
        [
            "a.files/phim.mp4 media-type",
            NOT_ITS_NAME,
            SAVE_AGAIN,
        ],
    ),
    "no-suffix": (
        "a.files/readme",
        b"x",
        [
            "a.files/readme media-type",
            "Files of the type of “readme” are not published.",
            TYPES,
        ],
    ),
    "capitals": (
        "a.files/SoDo.png",
        PNG,
        [
            "a.files/SoDo.png media-name",
            "The file name “SoDo.png” would not make a stable address.",
            "Name it sodo.png.",
        ],
    ),
    "vietnamese": (
        "a.files/sơ-đồ.png",
        PNG,
        [
            "a.files/sơ-đồ.png media-name",
            "The file name “sơ-đồ.png” would not make a stable address.",
            "Name it so-do.png.",
        ],
    ),
    "hidden": (
        "a.files/.htaccess",
        b"x",
        [
            "a.files/.htaccess media-name",
            "The file name “.htaccess” would not make a stable address.",
            "Use lower-case letters without diacritics, digits, hyphens and dots.",
        ],
    ),
    "nested": (
        "a.files/anh/so-do.png",
        PNG,
        [
            "a.files/anh/so-do.png path-form",
            "The file has no place here.",
            FORM,
        ],
    ),
    "of-no-text": (
        "b.files/so-do.png",
        PNG,
        [
            "b.files/so-do.png media-orphan",
            "There is no Item that this file belongs to.",
            "The folder’s name must be that of the text: <slug>.files.",
        ],
    ),
    "folder-name": (
        "A.files/so-do.png",
        PNG,
        [
            "A.files/so-do.png path-slug",
            "“A” cannot be part of an address.",
            "Name it “a”: lower-case letters without diacritics, digits and single hyphens, at most 80 characters.",
        ],
    ),
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
    net.put(f"{NEWS}x.md/y.txt", "Ghi chú.")


def _name_in_tcvn3(net):
    os.close(os.open(os.fsencode(net.root / NEWS) + b"/b\xb5i.vi.md", os.O_CREAT))


def _large_text(net):
    net.put(f"{NEWS}b.vi.md", article(2, body="a " * 600_000))


TRICKS = {
    _link_to_file: ["b.vi.md symlink", "Symbolic links are not allowed below content/."],
    _link_to_folder: [
        "content/ha/portal/tin-tuc/2025 symlink",
        "Symbolic links are not allowed below content/.",
    ],
    _link_within: ["b.vi.md symlink", "Symbolic links are not allowed below content/."],
    _executable: [
        "a.vi.md executable",
        "Files below content/ must not be executable.",
        "Run: chmod a-x content/ha/portal/tin-tuc/2026/a.vi.md",
    ],
    _fifo: ["b.vi.md path-form", "Only ordinary files belong below content/."],
    _folder_like_a_text: ["x.md path-form", "A folder cannot have the name of a text.", "Rename it."],
    _name_in_tcvn3: ["b�i.vi.md path-form", "The name is not UTF-8 text.", "Rename it."],
    _large_text: ["b.vi.md too-large", "The file is larger than 1,048,576 bytes."],
}


@pytest.mark.parametrize(("trick", "expected"), TRICKS.items(), ids=[trick.__name__.strip("_") for trick in TRICKS])
def test_a_trick_of_the_file_system_is_told(tiny, trick, expected):
    """Links, devices, programs and giants are named; none of them is read."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", GOOD)
    trick(net)
    assert told(net) == expected


KINDS = {
    "article-among-documents": (
        "van-ban",
        GOOD,
        [
            "a.vi.md:3 wrong-section",
            "The kind “article” cannot stand in “van-ban”, which holds documents.",
            "Sections of ha/portal for this kind: tin-tuc, tu-co-so.",
        ],
    ),
    "document-among-news": (
        "tin-tuc",
        document(1),
        [
            "a.vi.md:3 wrong-section",
            "The kind “document” cannot stand in “tin-tuc”, which holds articles.",
            "Sections of ha/portal for this kind: van-ban.",
        ],
    ),
    "article-among-pages": (
        "gioi-thieu",
        GOOD,
        [
            "content/ha/portal/gioi-thieu/2026/a.vi.md:3 wrong-section",
            "The kind “article” cannot stand in “gioi-thieu”, which holds pages.",
            "Sections of ha/portal for this kind: tin-tuc, tu-co-so.",
        ],
    ),
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


def test_a_name_that_only_resembles_a_list_page_passes(tiny):
    """`trang-bi-y-te` and `trang-2-cua-so` are names like others."""
    net = tiny()
    for number, slug in enumerate(("trang-bi-y-te", "trang-2-cua-so", "trang"), 1):
        net.put(f"{NEWS}{slug}.vi.md", article(number))
    assert told(net) == []
