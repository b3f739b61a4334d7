"""Links, pictures and files that lead nowhere: the line is the one where the link stands."""

from __future__ import annotations

import pytest
from drawn import png
from findings import NEWS, told
from network import article, document, item_id, translation

ELSEWHERE = "Link to other Sites as item:<id>."
FILES = "The files of this text lie beside it in a.files/."
ALT = "Write ![what it shows](file)."
NEAR_PICTURE = "Did you mean “a.files/so-do.png”?"
NEAR_FILES = "Did you mean “a.files/so-do.png”, “a.files/bang.csv”?"

PNG = png()
OTHER = article(2, body="## Lịch cấm đường\n\nChữ.")


def body(text: str, **fields: object) -> str:
    """Return an article whose mistake stands two lines below the start of its text."""
    return article(1, body=f"Mở đầu.\n\n{text}", **fields)


BODIES = {
    "item-that-is-not-there": (
        body("[x](item:zzzzzzzzzzzz)"),
        [
            "a.vi.md:10 broken-link",
            "The link leads to an Item that does not exist: “item:zzzzzzzzzzzz”.",
        ],
    ),
    "item-nearly-right": (
        body(f"[x](item:{item_id(2)[:-1]}z)"),
        [
            "a.vi.md:10 broken-link",
            "The link leads to an Item that does not exist: “item:aaaaaaaa222z”.",
            "Did you mean “aaaaaaaa2226”, “aaaaaaaa2225”, “aaaaaaaa2224”?",
        ],
    ),
    "anchor-that-is-not-there": (
        body(f"[x](item:{item_id(2)}#lich-cam-duog)"),
        [
            "a.vi.md:10 broken-anchor",
            "There is no heading for the link “item:aaaaaaaa2224#lich-cam-duog”.",
            "Did you mean “lich-cam-duong”?",
        ],
    ),
    "anchor-by-path": (
        body("[x](b.vi.md#muc-9)"),
        [
            "a.vi.md:10 broken-anchor",
            "There is no heading for the link “b.vi.md#muc-9”.",
            "Its headings are: lich-cam-duong.",
        ],
    ),
    "own-anchor": (
        body("[x](#khong-co)"),
        ["a.vi.md:10 broken-anchor", "There is no heading for the link “#khong-co”."],
    ),
    "own-anchor-nearly-right": (
        body("## Phần một\n\n[x](#phan-mo)"),
        [
            "a.vi.md:12 broken-anchor",
            "There is no heading for the link “#phan-mo”.",
            "Did you mean “phan-mot”?",
        ],
    ),
    "markdown-that-is-not-there": (
        body("[x](c.vi.md)"),
        ["a.vi.md:10 broken-link", "The link leads to an Item that does not exist: “c.vi.md”."],
    ),
    "markdown-nearly-right": (
        body("[x](../2026/bb.vi.md)"),
        [
            "a.vi.md:10 broken-link",
            "The link leads to an Item that does not exist: “../2026/bb.vi.md”.",
            "Did you mean “b”?",
        ],
    ),
    "file-that-is-not-there": (
        body("[x](a.files/bieu-mau.csv)"),
        [
            "a.vi.md:10 missing-file",
            "The linked file is missing: “a.files/bieu-mau.csv”.",
            "Did you mean “a.files/bang.csv”?",
        ],
    ),
    "file-nearly-right": (
        body("[x](a.files/so-d.png)"),
        [
            "a.vi.md:10 missing-file",
            "The linked file is missing: “a.files/so-d.png”.",
            NEAR_FILES,
        ],
    ),
    "file-of-another-text": (
        body("[x](b.files/so-do.png)"),
        [
            "a.vi.md:10 missing-file",
            "The linked file is missing: “b.files/so-do.png”.",
            "Did you mean “a.files/so-do.png”?",
        ],
    ),
    "leaves-the-site": (
        body("[x](../../../lim/tin-tuc/2026/x.vi.md)"),
        [
            "a.vi.md:10 link-leaves-site",
            "The link “../../../lim/tin-tuc/2026/x.vi.md” leaves the Site.",
            ELSEWHERE,
        ],
    ),
    "leaves-the-repository": (
        body("[x](../../../../../../../etc/passwd)"),
        [
            "a.vi.md:10 link-leaves-site",
            "The link “../../../../../../../etc/passwd” leaves the Site.",
            ELSEWHERE,
        ],
    ),
    "leaves-encoded": (
        body("[x](%2e%2e/%2e%2e/%2e%2e/%2e%2e/sites/_defaults.yaml)"),
        [
            "a.vi.md:10 link-leaves-site",
            "The link “%2e%2e/%2e%2e/%2e%2e/%2e%2e/sites/_defaults.yaml” leaves the Site.",
            ELSEWHERE,
        ],
    ),
    "bare-address": (
        body("[x](/tin-tuc/2026/b/)"),
        [
            "a.vi.md:10 bare-address",
            "The link “/tin-tuc/2026/b/” names an address that can change.",
            "Link to an Item as item:<id>.",
        ],
    ),
    "without-https": (
        body("[x](www.example.vn)"),
        [
            "a.vi.md:10 missing-file",
            "The linked file is missing: “www.example.vn”.",
            "Write https:// before addresses elsewhere.",
        ],
    ),
    "impossible-address": (
        body('<a href="//[bad">x</a>'),
        ["a.vi.md:10 broken-link", "“//[bad” is not a possible address."],
    ),
    "draft": (
        body(f"[x](item:{item_id(3)})"),
        ["a.vi.md:10 link-to-draft (warning)", "The link leads to a draft: “item:aaaaaaaa2225”."],
    ),
    "missing-image": (
        body("![Ảnh](a.files/anh.png)"),
        [
            "a.vi.md:10 missing-image",
            "The picture is missing: “a.files/anh.png”.",
            NEAR_FILES,
        ],
    ),
    "image-nearly-right": (
        body("![Ảnh](a.files/so-d.png)"),
        [
            "a.vi.md:10 missing-image",
            "The picture is missing: “a.files/so-d.png”.",
            NEAR_FILES,
        ],
    ),
    "foreign-image": (
        body("![Ảnh](https://example.vn/a.png)"),
        [
            "a.vi.md:10 foreign-image",
            "The picture “https://example.vn/a.png” lies on another host.",
            "Put the file beside the text.",
        ],
    ),
    "foreign-image-without-scheme": (
        body("![Ảnh](//example.vn/a.png)"),
        [
            "a.vi.md:10 foreign-image",
            "The picture “//example.vn/a.png” lies on another host.",
            "Put the file beside the text.",
        ],
    ),
    "data-image": (
        body("![Ảnh](data:image/png;base64,AAAA)"),
        [
            "a.vi.md:10 missing-image",
            "A picture has no address, or one that is not allowed, such as data:.",
            FILES,
        ],
    ),
    "image-leaves": (
        body("![Ảnh](../../../../sites/a.png)"),
        [
            "a.vi.md:10 missing-image",
            "The picture is missing: “../../../../sites/a.png”.",
            FILES,
        ],
    ),
    "image-at-an-address": (
        body("![Ảnh](/theme/logo.png)"),
        [
            "a.vi.md:10 missing-image",
            "The picture is missing: “/theme/logo.png”.",
            FILES,
        ],
    ),
    "no-alt": (
        body("![](a.files/so-do.png)"),
        [
            "a.vi.md:10 missing-alt",
            "The picture “a.files/so-do.png” has no alternative text.",
            ALT,
        ],
    ),
    "blank-alt": (
        body("![ ](a.files/so-do.png)"),
        [
            "a.vi.md:10 missing-alt",
            "The picture “a.files/so-do.png” has no alternative text.",
            ALT,
        ],
    ),
    "lead-image-missing": (
        article(1, image="a.files/so-d.png", image_alt="Sơ đồ"),
        [
            "a.vi.md:7 missing-image",
            "The picture is missing: “a.files/so-d.png”.",
            NEAR_FILES,
        ],
    ),
    "lead-image-without-alt": (
        article(1, image="a.files/so-do.png"),
        [
            "a.vi.md:7 missing-alt",
            "The picture needs “image_alt”: what a person who cannot see it should know.",
        ],
    ),
    "lead-image-leaves": (
        article(1, image="../../other/x.png", image_alt="Ảnh"),
        [
            "a.vi.md:7 missing-image",
            "The picture is missing: “../../other/x.png”.",
            FILES,
        ],
    ),
    "lead-image-elsewhere": (
        article(1, image="https://example.vn/x.png", image_alt="Ảnh"),
        [
            "a.vi.md:7 missing-image",
            "The picture is missing: “https://example.vn/x.png”.",
            FILES,
        ],
    ),
    "lead-image-by-another-spelling": (
        article(1, image="a.files/so%2Ddo.png", image_alt="Ảnh"),
        ["a.vi.md:7 missing-image", "The picture is missing: “a.files/so%2Ddo.png”.", NEAR_PICTURE],
    ),
    "lead-image-with-a-dot": (
        article(1, image="./a.files/so-do.png", image_alt="Ảnh"),
        ["a.vi.md:7 missing-image", "The picture is missing: “./a.files/so-do.png”.", NEAR_PICTURE],
    ),
    "lead-image-with-a-last-slash": (
        article(1, image="a.files/so-do.png/", image_alt="Ảnh"),
        ["a.vi.md:7 missing-image", "The picture is missing: “a.files/so-do.png/”.", NEAR_PICTURE],
    ),
    "item-still-to-come": (
        body(f"[x](item:{item_id(4)})"),
        [
            "a.vi.md:10 link-to-scheduled (warning)",
            f"The link leads to a text that is published only later: “item:{item_id(4)}”.",
        ],
    ),
    "item-still-to-come-by-path": (
        body("[x](sau.vi.md)"),
        [
            "a.vi.md:10 link-to-scheduled (warning)",
            "The link leads to a text that is published only later: “sau.vi.md”.",
        ],
    ),
    "item-that-comes-before": (body(f"[x](item:{item_id(4)})", date="2026-12-02"), []),
    "lead-image-is-no-picture": (
        article(1, image="a.files/bang.csv", image_alt="Ảnh"),
        [
            "a.vi.md:7 missing-image",
            "“a.files/bang.csv” is not a picture.",
            "Pictures are files of the types gif, jpeg, jpg, png, svg, webp.",
        ],
    ),
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
    net.put(f"{NEWS}sau.vi.md", article(4, date="2026-12-01"))
    assert told(net) == expected


def test_good_links_are_left_in_peace(tiny):
    """Every kind of link that works passes without a word."""
    good = (
        f"[a](item:{item_id(2)}) [b](item:{item_id(2)}#lich-cam-duong) [c](b.vi.md#lich-cam-duong) [d](#muc)"
        "\n\n## Mục\n\n"
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
    assert told(net) == [
        "a.en.md:2 missing-field",
        "The field “image_alt” is missing.",
        "The original has it; translate it too.",
        "a.en.md:6 missing-alt",
        "The picture “a.files/so-do.png” has no alternative text.",
        ALT,
    ]


def test_an_attachment_must_be_there_and_stay_inside(tiny):
    """A missing file and one outside the document's own folder are told by the entry's line."""
    net = tiny()
    files = "\n  - {file: qd.files/qd.pdf, title: Bản gốc}"
    files += "\n  - file: ../../tin-tuc/2026/a.files/so-do.png\n    title: Sơ đồ"
    net.put("content/ha/portal/van-ban/2026/qd.vi.md", document(1, attachments=files))
    assert told(net) == [
        "qd.vi.md:13 missing-file",
        "The attached file is missing: “qd.files/qd.pdf”.",
        "The files of this text lie beside it in qd.files/.",
        "qd.vi.md:14 missing-file",
        "The attached file is missing: “../../tin-tuc/2026/a.files/so-do.png”.",
        "The files of this text lie beside it in qd.files/.",
    ]


@pytest.mark.parametrize("file", ["qd.files/a%2Ecsv", "qd.files/a.csv/", "./qd.files/a.csv", "qd.files//a.csv"])
def test_an_attachment_is_written_as_its_file_is_named(tiny, file):
    """Other spellings of the right file are told before the build looks for it."""
    net = tiny()
    net.put("content/ha/portal/van-ban/2026/qd.vi.md", document(1, attachments=f'[{{file: "{file}", title: Bảng}}]'))
    net.put("content/ha/portal/van-ban/2026/qd.files/a.csv", b"a,b\n")
    assert told(net) == [
        "qd.vi.md:12 missing-file",
        f"The attached file is missing: “{file}”.",
        "Did you mean “qd.files/a.csv”?",
    ]
