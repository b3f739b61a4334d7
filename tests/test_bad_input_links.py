"""Links, pictures and files that lead nowhere: the line is the one where the link stands."""

from __future__ import annotations

import pytest
from findings import NEWS, told
from network import article, document, item_id, translation

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
OTHER = article(2, body="## Lịch cấm đường\n\nChữ.")


def body(text: str, **fields: object) -> str:
    """Return an article whose mistake stands two lines below the start of its text."""
    return article(1, body=f"Mở đầu.\n\n{text}", **fields)


BODIES = {
    "item-that-is-not-there": (body("[x](item:zzzzzzzzzzzz)"), "?"),
    "item-nearly-right": (body(f"[x](item:{item_id(2)[:-1]}z)"), "?"),
    "anchor-that-is-not-there": (body(f"[x](item:{item_id(2)}#lich-cam-duog)"), "?"),
    "anchor-by-path": (body("[x](b.vi.md#muc-9)"), "?"),
    "own-anchor": (body("[x](#khong-co)"), "?"),
    "own-anchor-nearly-right": (body("## Phần một\n\n[x](#phan-mo)"), "?"),
    "markdown-that-is-not-there": (body("[x](c.vi.md)"), "?"),
    "markdown-nearly-right": (body("[x](../2026/bb.vi.md)"), "?"),
    "file-that-is-not-there": (body("[x](a.files/bieu-mau.csv)"), "?"),
    "file-nearly-right": (body("[x](a.files/so-d.png)"), "?"),
    "file-of-another-text": (body("[x](b.files/so-do.png)"), "?"),
    "leaves-the-site": (body("[x](../../../lim/tin-tuc/2026/x.vi.md)"), "?"),
    "leaves-the-repository": (body("[x](../../../../../../../etc/passwd)"), "?"),
    "leaves-encoded": (body("[x](%2e%2e/%2e%2e/%2e%2e/%2e%2e/sites/_defaults.yaml)"), "?"),
    "bare-address": (body("[x](/tin-tuc/2026/b/)"), "?"),
    "without-https": (body("[x](www.example.vn)"), "?"),
    "impossible-address": (body("[x](//[bad)"), "?"),
    "draft": (body(f"[x](item:{item_id(3)})"), "?"),
    "missing-image": (body("![Ảnh](a.files/anh.png)"), "?"),
    "image-nearly-right": (body("![Ảnh](a.files/so-d.png)"), "?"),
    "foreign-image": (body("![Ảnh](https://example.vn/a.png)"), "?"),
    "foreign-image-without-scheme": (body("![Ảnh](//example.vn/a.png)"), "?"),
    "data-image": (body("![Ảnh](data:image/png;base64,AAAA)"), "?"),
    "image-leaves": (body("![Ảnh](../../../../sites/a.png)"), "?"),
    "image-at-an-address": (body("![Ảnh](/theme/logo.png)"), "?"),
    "no-alt": (body("![](a.files/so-do.png)"), "?"),
    "blank-alt": (body("![ ](a.files/so-do.png)"), "?"),
    "lead-image-missing": (article(1, image="a.files/so-d.png", image_alt="Sơ đồ"), "?"),
    "lead-image-without-alt": (article(1, image="a.files/so-do.png"), "?"),
    "lead-image-leaves": (article(1, image="../../other/x.png", image_alt="Ảnh"), "?"),
    "lead-image-elsewhere": (article(1, image="https://example.vn/x.png", image_alt="Ảnh"), "?"),
    "lead-image-is-no-picture": (article(1, image="a.files/bang.csv", image_alt="Ảnh"), "?"),
}


@pytest.mark.parametrize(("text", "expected"), BODIES.values(), ids=BODIES.keys())
def test_a_link_or_picture_that_leads_nowhere_is_told(tiny, text, expected):
    """Place, code, sentence and hint; the line is that of the link, not of the text's start."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", text)
    net.put(f"{NEWS}a.files/so-do.png", PNG)
    net.put(f"{NEWS}a.files/bang.csv", b"a,b\n")
    net.put(f"{NEWS}b.vi.md", OTHER)
    net.put(f"{NEWS}b.files/so-do.png", PNG)
    net.put(f"{NEWS}nhap.vi.md", article(3, draft="true"))
    assert told(net) == expected


def test_good_links_are_left_in_peace(tiny):
    """Every kind of link that works passes without a word."""
    good = (
        f"[a](item:{item_id(2)}) [b](item:{item_id(2)}#lich-cam-duong) [c](b.vi.md#lich-cam-duong) [d](#muc)\n\n## Mục\n\n"
        "[e](https://chinhphu.vn/a?b=c&d=e) [f](mailto:a@ha.gov.vn) [g](tel:1022) [h](a.files/so-do.png)\n\n"
        "![Sơ đồ](a.files/so-do.png) Chú thích[^1].\n\n[^1]: Xem [i](../2026/b.vi.md)."
    )
    net = tiny()
    net.put(f"{NEWS}a.vi.md", article(1, body=good, image="a.files/so-do.png", image_alt="Sơ đồ"))
    net.put(f"{NEWS}a.files/so-do.png", PNG)
    net.put(f"{NEWS}b.vi.md", OTHER)
    assert told(net) == []


def test_a_translations_picture_needs_its_own_words(tiny):
    """Alternative text is missing in the translation's front matter and text: both are told there."""
    net = tiny()
    original = article(1, body="![Sơ đồ](a.files/so-do.png)", image="a.files/so-do.png", image_alt="Sơ đồ")
    net.put(f"{NEWS}a.vi.md", original)
    net.put(f"{NEWS}a.files/so-do.png", PNG)
    net.put(f"{NEWS}a.en.md", translation(original, body="![](a.files/so-do.png)"))
    assert told(net) == "?"


def test_an_attachment_must_be_there_and_stay_inside(tiny):
    """A missing file and one outside the document's own folder are told by the entry's line."""
    net = tiny()
    files = "\n  - {file: qd.files/qd.pdf, title: Bản gốc}\n  - file: ../../tin-tuc/2026/a.files/so-do.png\n    title: Sơ đồ"
    net.put("content/ha/portal/van-ban/2026/qd.vi.md", document(1, attachments=files))
    assert told(net) == "?"
