"""Files to download: what they are said to be, what is in them, and what citizens are told of them (D1, D3, L3)."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from drawn import from_a_phone, pdf, photograph
from network import document, translation

from congtin.errors import Severity

DOCS = "content/ha/portal/van-ban/2026"
PAGE = "ha.gov.vn/van-ban/2026/qd"


def scanned() -> bytes:
    """Return a PDF of two pictures."""
    written, page = io.BytesIO(), photograph(300, 400)
    page.save(written, "PDF", save_all=True, append_images=[page])
    return written.getvalue()


def packed(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return written.getvalue()


WORD = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}


def with_file(tiny, name: str, data: bytes, body: str = "Điều 1. Nội dung.", **fields: object):
    front = {"attachments": f"[{{file: qd.files/{name}, title: Bản có dấu}}]", **fields}
    net = tiny(f"-- {DOCS}/qd.vi.md --\n" + document(1, body=body, **front))
    net.put(f"{DOCS}/qd.files/{name}", data)
    return net


def shown(net, page: str = PAGE) -> tuple[str, str]:
    """Return what stands beside the file's name, and the digest."""
    (entry,) = net.page(page).xpath("//li[a[@download]]")
    (digest,) = net.page(page).xpath("//details//code/text()")
    return " ".join(entry.text_content().split()), digest


def test_a_citizen_sees_what_a_file_is_before_they_take_it(tiny):
    """Kind, pages and size stand beside it; a digest is there for whoever asks, and it is that of the file."""
    data = pdf("Quyet dinh cua Uy ban nhan dan", "Dieu 2. To chuc thuc hien")
    net = with_file(tiny, "qd.pdf", data)
    assert not [problem for problem in net.problems() if problem.path.endswith(".pdf")]
    net.build()
    told, digest = shown(net)
    assert told == "Bản có dấu (PDF, 2 trang, 1 kB)"
    assert digest == hashlib.sha256((net.output / PAGE / "qd.pdf").read_bytes()).hexdigest()
    assert (net.output / PAGE / "qd.pdf").read_bytes() == data


def test_the_digest_of_a_picture_is_that_of_what_is_published(tiny):
    """A scanned map is cleaned like any picture; its digest and its size are those of the cleaned one."""
    net = with_file(tiny, "ban-do.jpg", from_a_phone(800, 600))
    net.build()
    published = (net.output / PAGE / "ban-do.jpg").read_bytes()
    told, digest = shown(net)
    assert digest == hashlib.sha256(published).hexdigest()
    assert f"{round(len(published) / 1000)} kB" in told


def test_another_file_under_the_same_name_has_another_digest(tiny):
    """A page is made again when only the file beside it changed, in every language."""
    original = document(1, attachments="[{file: qd.files/a.csv, title: Bảng}]")
    net = tiny(f"-- {DOCS}/qd.vi.md --\n" + original, f"-- {DOCS}/qd.en.md --\n" + translation(original, summary=None))
    net.write(f"-- {DOCS}/qd.en.md --\n" + translation(original, summary="", abstract="About."))
    for text in ("x;1\n", "x;2\n"):
        net.put(f"{DOCS}/qd.files/a.csv", text)
        net.build()
        for page in (PAGE, "ha.gov.vn/english/van-ban/2026/qd"):
            assert shown(net, page)[1] == hashlib.sha256(text.encode()).hexdigest()


def test_a_scan_needs_its_text_on_the_page(tiny):
    """With the full text below it a scan is a warning; alone it is nothing to whoever cannot see (D1, L3)."""
    net = with_file(tiny, "qd.pdf", scanned())
    (problem,) = (each for each in net.problems() if each.path.endswith(".pdf"))
    assert (problem.code, problem.severity) == ("scanned-pdf", Severity.WARNING)
    net.write(f"-- {DOCS}/qd.vi.md --\n" + document(1, body="", attachments="[{file: qd.files/qd.pdf, title: A}]"))
    assert [(each.code, each.path) for each in net.errors()] == [("scanned-pdf-alone", f"{DOCS}/qd.files/qd.pdf")]


BAD = {
    "broken-pdf": ("a.pdf", b"%PDF-1.7\nnothing", "pdf-unreadable"),
    "locked-pdf": ("a.pdf", pdf("Mot van ban dai hon hai muoi chu", encrypted=True), "pdf-locked"),
    "page-as-pdf": ("a.pdf", b"<!DOCTYPE html>", "media-type"),
    "broken-word": ("a.docx", b"PK\x03\x04" + b"0" * 50, "archive-unreadable"),
    "sheet-as-word": ("a.docx", packed({"xl/workbook.xml": b"<x/>"}), "media-type"),
    "zip-as-odt": ("a.odt", packed({"mimetype": b"application/zip"}), "media-type"),
    "macros": ("a.docx", packed({**WORD, "word/vbaProject.bin": b"x"}), "archive-unsafe"),
    "program": ("a.zip", packed({"doc/setup.EXE": b"MZ"}), "archive-unsafe"),
    "way-out": ("a.zip", packed({"../../etc/passwd": b"x"}), "archive-unsafe"),
    "bomb": ("a.zip", packed({f"{n}.txt": bytes(60_000_000) for n in range(9)}), "archive-too-large"),
    "old-letters": ("a.csv", "Tên;Số\n".encode("utf-16"), "not-utf8"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_not_what_it_should_be_is_told_of(tiny, name):
    """The file is named, and what to do."""
    file, data, code = BAD[name]
    (problem,) = with_file(tiny, file, data).errors()
    assert (problem.code, problem.path) == (code, f"{DOCS}/qd.files/{file}")
    assert problem.hint


GOOD = {
    "a.docx": packed(WORD),
    "a.xlsx": packed({"xl/workbook.xml": b"<x/>"}),
    "a.odt": packed({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}),
    "a.zip": packed({"bang/so-lieu.csv": b"a;b\n"}),
    "a.csv": "﻿Tên;Số\n".encode(),
}


@pytest.mark.parametrize("file", GOOD)
def test_good_files_are_published_byte_for_byte(tiny, file):
    """Nothing but pictures is changed on its way."""
    net = with_file(tiny, file, GOOD[file])
    net.build()
    assert (net.output / PAGE / file).read_bytes() == GOOD[file]
