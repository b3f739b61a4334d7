"""Documents: numbers that are blank, mistyped or of no family, and replacements that cannot be."""

from __future__ import annotations

import pytest
from findings import LAWS, NEWS, told
from network import REPOSITORY, article, document, item_id

from congtin.rules.document_numbers import load_document_numbers, number_is_its_year

BLANK = "The number is blank: a document without number is not published (D5)."
STAMP = "Type the number from the stamp."

# As printed in the requirements (1.Z) and in the five regulations.
PRINTED = {
    "law": "67/2006/QH11 148/2025/QH15 104/2016/QH13 87/2025/QH15 86/2015/QH13 72/2025/QH15 64/2025/QH15 20/2023/QH15 "
    "35/2018/QH14 24/2018/QH14 103/2016/QH13 10/2022/QH15",
    "normative": "42/2022/NĐ-CP 21/2018/QĐ-UBND 85/2016/NĐ-CP 85/2015/NĐ-CP 64/2007/NĐ-CP 147/2024/NĐ-CP 13/2018/NĐ-CP "
    "49/2024/NĐ-CP 47/2020/NĐ-CP 40/2024/QĐ-UBND 29/2020/QĐ-UBND 22/2023/TT-BTTTT 150/2018/NĐ-CP 12/2022/TT-BTTTT "
    "09/2017/NĐ-CP 72/2013/NĐ-CP 39/2017/TT-BTTTT 27/2018/NĐ-CP 26/2020/TT-BTTTT 19/2025/QĐ-UBND 04/2024/QĐ-UBND "
    "01/2011/QĐ-UBND",
    "administrative": "1351/QĐ-UBND 39/TTr-VP 47/TTr-VP 206/TTr-SNV",
    "official-letter": "4946/BTTTT-CĐSQG 946/BTTTT-CĐSQG",
    "party": "15-NQ/TW 57-NQ/TW 05-CT/TW 28-KL/TW 69-QĐ/TW 01-CTr/TU 123-QĐ/TU 1234-CV/TU 03-HD/BTGTW",
}


@pytest.mark.parametrize(
    ("number", "family"), [(number, family) for family, numbers in PRINTED.items() for number in numbers.split()]
)
def test_every_printed_number_is_of_its_family(number, family):
    """Numbers printed in real regulations, and the Party's, are recognised."""
    assert load_document_numbers(REPOSITORY).family(number) == family


NUMBERS = {
    "empty": (
        '""',
        [
            "qd.vi.md:5 blank-number",
            BLANK,
            STAMP,
        ],
    ),
    "blank": (
        "/QĐ-UBND",
        [
            "qd.vi.md:5 blank-number",
            BLANK,
            STAMP,
        ],
    ),
    "blank-with-space": (
        '"    /QĐ-UBND"',
        [
            "qd.vi.md:5 blank-number",
            BLANK,
            STAMP,
        ],
    ),
    "blank-party": (
        "-NQ/TW",
        [
            "qd.vi.md:5 blank-number",
            BLANK,
            STAMP,
        ],
    ),
    "dots": ("....../QĐ-UBND", ["qd.vi.md:5 blank-number", BLANK, STAMP]),
    "low-line": ("_/QĐ-UBND", ["qd.vi.md:5 blank-number", BLANK, STAMP]),
    "ellipses": ("…/…", ["qd.vi.md:5 blank-number", BLANK, STAMP]),
    "dots-before-the-year": ("…/2026/QĐ-UBND", ["qd.vi.md:5 blank-number", BLANK, STAMP]),
    "dots-in-a-party-number": ("…-NQ15/TW", ["qd.vi.md:5 blank-number", BLANK, STAMP]),
    "words-only": ("Không số", ["qd.vi.md:5 blank-number", BLANK, STAMP]),
    "only-a-number": ("15", ["qd.vi.md:5 wrong-value", "“number” must be text; put numbers in quotation marks."]),
    "space": (
        "346 /TTr-VPUBND",
        [
            "qd.vi.md:5 bad-number",
            "“346 /TTr-VPUBND” is not a document number of a known family.",
            "Did you mean “346/TTr-VPUBND”?",
        ],
    ),
    "narrow-space": (
        "346\u202f/TTr-VPUBND",
        [
            "qd.vi.md:5 bad-number",
            "“346\u202f/TTr-VPUBND” is not a document number of a known family.",
            "Did you mean “346/TTr-VPUBND”?",
            "qd.vi.md:5 odd-space (warning)",
            "The unusual space U+202F stands here.",
            "Use an ordinary space.",
        ],
    ),
    "en-dash": (
        "15/2026/QĐ–UBND",
        [
            "qd.vi.md:5 bad-number",
            "“15/2026/QĐ–UBND” is not a document number of a known family.",
            "Did you mean “15/2026/QĐ-UBND”?",
        ],
    ),
    "small-letters": (
        "15/2026/qđ-ubnd",
        [
            "qd.vi.md:5 bad-number",
            "“15/2026/qđ-ubnd” is not a document number of a known family.",
            "Did you mean “15/2026/QĐ-UBND”?",
        ],
    ),
    "without-d-bar": (
        "15/2026/QD-UBND",
        [
            "qd.vi.md:5 bad-number",
            "“15/2026/QD-UBND” is not a document number of a known family.",
            "Did you mean “15/2026/QĐ-UBND”?",
        ],
    ),
    "long-dash-in-a-party-number": (
        "15—NQ/TW",
        [
            "qd.vi.md:5 bad-number",
            "“15—NQ/TW” is not a document number of a known family.",
            "Did you mean “15-NQ/TW”?",
        ],
    ),
    "unknown-family": (
        "Biên bản 7",
        [
            "qd.vi.md:5 bad-number",
            "“Biên bản 7” is not a document number of a known family.",
            (
                "Known are forms such as 148/2025/QH15, 42/2022/NĐ-CP, 1351/QĐ-UBND, 4946/BTTTT-CĐSQG, 15-NQ/TW; "
                "if the number is right, say why in “number_exception”."
            ),
        ],
    ),
    "year": (
        "2025/QĐ-UBND",
        [
            "qd.vi.md:5 year-as-number (warning)",
            "“2025/QĐ-UBND” begins with a year: was the number itself blank?",
        ],
    ),
    "demonstration": (
        "9901/QĐ-UBND",
        [
            "qd.vi.md:5 demonstration-number",
            "Demonstration data, and only they, use the reserved numbers (99…).",
        ],
    ),
}


@pytest.mark.parametrize(("number", "expected"), NUMBERS.values(), ids=NUMBERS.keys())
def test_a_number_nobody_could_have_stamped_is_told(tiny, number, expected):
    """The line is that of the number; a near miss is put right in the hint."""
    net = tiny()
    net.put(f"{LAWS}qd.vi.md", document(1, number))
    assert told(net) == expected


def test_an_odd_number_passes_with_a_reason(tiny):
    """`number_exception` says why; a blank number stays blank all the same."""
    net = tiny()
    net.put(f"{LAWS}a.vi.md", document(1, "Biên bản 7", number_exception="Số cũ trước năm 1990"))
    assert told(net) == []
    for blank in ("/QĐ-UBND", "....../QĐ-UBND", "_/QĐ-UBND", "…/…", "…-NQ/TW", "Không số"):
        net.put(f"{LAWS}a.vi.md", document(1, blank, number_exception="Chưa có số"))
        assert told(net) == ["a.vi.md:5 blank-number", BLANK, STAMP]


def test_a_draft_may_have_its_number_and_words_later(tiny):
    """A draft is not asked for its stamp nor for words of the vocabulary."""
    net = tiny()
    net.put(f"{LAWS}a.vi.md", document(1, "…/QĐ-UBND", type="chua-ro", field="chua-ro", draft="true"))
    net.put(f"{LAWS}b.vi.md", document(2, "9901/QĐ-UBND", draft="true"))
    assert told(net) == []


def test_two_documents_with_one_number_are_told(tiny):
    """The second names the first; numbers without a year begin anew every year."""
    net = tiny()
    net.put(f"{LAWS}a.vi.md", document(1))
    net.put(f"{LAWS}b.vi.md", document(2, issued="2025-09-01"))
    net.put(f"{LAWS}c.vi.md", document(3, issuer="HĐND thành phố Ha"))
    net.put(f"{LAWS}d.vi.md", document(4, "15/QĐ-UBND"))
    net.put(f"{LAWS}e.vi.md", document(5, "15/QĐ-UBND", issued="2025-09-01"))
    net.put(f"{LAWS}g.vi.md", document(6, "15/QĐ-UBND", draft="true"))
    assert told(net) == [
        "b.vi.md:5 duplicate-number (warning)",
        f"“15/2026/QĐ-UBND” of the same issuer is also the number of {LAWS}a.vi.md.",
        "Correct the number, or say which of the two replaces the other (“replaces”).",
    ]


@pytest.mark.parametrize("number", [1, 2])
def test_a_replaced_document_may_share_its_number(tiny, number):
    """A document issued anew under its number replaces the first, whichever of the two says so."""
    net = tiny()
    net.put(f"{LAWS}a.vi.md", document(1, **({"replaced_by": item_id(2)} if number == 1 else {})))
    net.put(f"{LAWS}b.vi.md", document(2, **(replaces(1) if number == 2 else {})))
    assert told(net) == []


@pytest.mark.parametrize(
    ("number", "year"),
    [
        ("2025/QĐ-UBND", True),
        ("1998/QĐ-UBND", True),
        ("2025/2026/QĐ-UBND", False),
        ("15/2025/QĐ-UBND", False),
        ("20255/QĐ-UBND", False),
        ("202/QĐ-UBND", False),
    ],
)
def test_a_number_that_is_a_year_is_suspected(number, year):
    """“Số:    /2025/QĐ-UBND” loses its blank and looks like number 2025."""
    assert number_is_its_year(number) is year


FACTS = {
    "type": (
        {"type": "quyet-din"},
        [
            "qd.vi.md:6 unknown-term",
            "“type”: “quyet-din” is not in the vocabulary.",
            "Did you mean “quyet-dinh”?",
        ],
    ),
    "far-type": (
        {"type": "xyz"},
        [
            "qd.vi.md:6 unknown-term",
            "“type”: “xyz” is not in the vocabulary.",
            "Known are: quyet-dinh.",
        ],
    ),
    "field": (
        {"field": "giao-thongg"},
        [
            "qd.vi.md:10 unknown-term",
            "“field”: “giao-thongg” is not in the vocabulary.",
            "Did you mean “giao-thong”?",
        ],
    ),
    "validity": (
        {"effective": "2026-10-01", "expires": "2026-09-01"},
        ["qd.vi.md:13 time-order", "“expires” is earlier than “effective”."],
    ),
    "in-force-before-it-was-issued": (
        {"effective": "2026-08-31"},
        [
            "qd.vi.md:12 time-order (warning)",
            "“effective” is earlier than “issued”.",
            "Compare both days with the stamped document.",
        ],
    ),
    "issued-tomorrow": (
        {"issued": "2026-11-23"},
        [
            "qd.vi.md:8 issued-in-future (warning)",
            "“issued” is a day still to come.",
            "Compare it with the stamped document.",
        ],
    ),
    "too-early-day": (
        {"issued": "0001-01-01"},
        ["qd.vi.md:8 wrong-value", "“issued” is not a possible date or time.", "Write 2026-10-05."],
    ),
    "too-late-day": (
        {"expires": "9999-12-31"},
        ["qd.vi.md:12 wrong-value", "“expires” is not a possible date or time.", "Write 2026-10-05."],
    ),
    "blank-abstract": (
        {"abstract": '"  "'},
        ["qd.vi.md:9 wrong-value", "“abstract” must not be empty."],
    ),
    "too-many-attachments": (
        {"attachments": "[" + ", ".join(["{file: qd.files/a.pdf, title: A}"] * 101) + "]"},
        ["qd.vi.md:12 wrong-value", "“attachments” is too long: at most 100 entries."],
    ),
    "impossible-day": (
        {"issued": "2026-02-30"},
        [
            "qd.vi.md:8 wrong-value",
            "“issued” is not a possible date or time.",
            "Write 2026-10-05.",
        ],
    ),
    "time-for-day": (
        {"issued": "2026-02-20T08:00:00+07:00"},
        [
            "qd.vi.md:8 wrong-value",
            "“issued” is not a possible date or time.",
            "Write 2026-10-05.",
        ],
    ),
}


@pytest.mark.parametrize(("fields", "expected"), FACTS.values(), ids=FACTS.keys())
def test_a_wrong_fact_is_told(tiny, fields, expected):
    """Words outside the vocabulary and impossible days, by the line of the field."""
    net = tiny()
    net.put(f"{LAWS}qd.vi.md", document(1, **fields))
    assert told(net) == expected


def replaces(*numbers: int) -> dict[str, str]:
    return {"replaces": f"[{', '.join(item_id(number) for number in numbers)}]"}


CIRCLES = {
    "itself": ([replaces(1)], ["qd-a.vi.md:12 replacement-circle", "A document cannot replace itself."]),
    "itself-as-newer": (
        [{"replaced_by": item_id(1)}],
        ["qd-a.vi.md:12 replacement-circle", "A document cannot replace itself."],
    ),
    "two": (
        [replaces(2), replaces(1)],
        [
            "qd-a.vi.md:12 replacement-circle",
            f"Documents replace each other in a circle: {LAWS}qd-a.vi.md, {LAWS}qd-b.vi.md.",
        ],
    ),
    "two-by-newer": (
        [{"replaced_by": item_id(2)}, {"replaced_by": item_id(1)}],
        [
            "qd-a.vi.md:12 replacement-circle",
            f"Documents replace each other in a circle: {LAWS}qd-a.vi.md, {LAWS}qd-b.vi.md.",
        ],
    ),
    "both-ways": (
        [{**replaces(2), "replaced_by": item_id(2)}, {}],
        [
            "qd-a.vi.md:12 replacement-circle",
            f"Documents replace each other in a circle: {LAWS}qd-a.vi.md, {LAWS}qd-b.vi.md.",
        ],
    ),
    "three": (
        [replaces(2), replaces(3), replaces(1)],
        [
            "qd-a.vi.md:12 replacement-circle",
            f"Documents replace each other in a circle: {LAWS}qd-a.vi.md, {LAWS}qd-c.vi.md, {LAWS}qd-b.vi.md.",
        ],
    ),
    "no-such-document": (
        [replaces(9)],
        ["qd-a.vi.md:12 unknown-item", "There is no document with the id “aaaaaaaa222b”."],
    ),
    "an-article": (
        [replaces(7)],
        [
            "qd-a.vi.md:12 unknown-item",
            "content/ha/portal/tin-tuc/2026/bai.vi.md is no document; only documents replace each other.",
        ],
    ),
    "newer-is-an-article": (
        [{"replaced_by": item_id(7)}],
        [
            "qd-a.vi.md:12 unknown-item",
            "content/ha/portal/tin-tuc/2026/bai.vi.md is no document; only documents replace each other.",
        ],
    ),
    "not-an-id": (
        [{"replaces": "[15/2026/QĐ-UBND]"}],
        [
            "qd-a.vi.md:12 wrong-value",
            "“replaces[1]” does not have the right form.",
            "Write the other document’s id, not its number.",
        ],
    ),
}


@pytest.mark.parametrize(("fields", "expected"), CIRCLES.values(), ids=CIRCLES.keys())
def test_an_impossible_replacement_is_told(tiny, fields, expected):
    """Documents replace documents, never in a circle."""
    net = tiny()
    net.put(f"{NEWS}bai.vi.md", article(7))
    for number, extra in enumerate(fields, 1):
        net.put(f"{LAWS}qd-{'abc'[number - 1]}.vi.md", document(number, f"1{number}/2026/QĐ-UBND", **extra))
    assert told(net) == expected


def test_a_chain_of_replacements_is_no_circle(tiny):
    """Three documents in a row, told from both ends, pass."""
    net = tiny()
    net.put(f"{LAWS}a.vi.md", document(1, **replaces(2)))
    net.put(f"{LAWS}b.vi.md", document(2, **replaces(3), replaced_by=item_id(1)))
    net.put(f"{LAWS}c.vi.md", document(3, replaced_by=item_id(2)))
    assert told(net) == []


WARD_SECTION = """\
-- sites/ha/lim.yaml --
kind: ward
name: {vi: Phường Lim}
short_name: {vi: Lim}
label: lim
sections:
  van-ban: {label: {vi: Văn bản}, kind: documents}
"""
WARD = "content/ha/lim/van-ban/2026/"


def test_a_ward_cannot_replace_the_citys_document(tiny):
    """Only the Site of the older document says that it is replaced; it may name any Site's document."""
    net = tiny(WARD_SECTION)
    net.put(f"{LAWS}a.vi.md", document(1))
    net.put(f"{WARD}b.vi.md", document(2, "16/2026/QĐ-UBND", **replaces(1)))
    assert told(net) == [
        f"{WARD}b.vi.md:12 foreign-replacement",
        f"“replaces” names a document of another Site: {LAWS}a.vi.md.",
        f"The other Site says it itself, with “replaced_by: {item_id(2)}”.",
    ]
    net.put(f"{WARD}b.vi.md", document(2, "16/2026/QĐ-UBND"))
    net.put(f"{LAWS}a.vi.md", document(1, replaced_by=item_id(2)))
    assert told(net) == []


def test_a_foreign_replacement_makes_no_circle_on_the_citys_document(tiny):
    """The ward alone is told."""
    net = tiny(WARD_SECTION)
    net.put(f"{LAWS}a.vi.md", document(1, **replaces()))
    net.put(f"{WARD}b.vi.md", document(2, "16/2026/QĐ-UBND", **replaces(1), replaced_by=item_id(1)))
    assert [line for line in told(net) if "foreign" in line or "circle" in line] == [
        f"{WARD}b.vi.md:12 foreign-replacement"
    ]


@pytest.mark.parametrize("field", ["replaces", "replaced_by"])
def test_a_replacement_that_is_a_draft_is_warned_of(tiny, field):
    """Citizens cannot see a draft; drafts among themselves are left in peace."""
    net = tiny()
    fields = replaces(2) if field == "replaces" else {"replaced_by": item_id(2)}
    net.put(f"{LAWS}a.vi.md", document(1, **fields))
    net.put(f"{LAWS}b.vi.md", document(2, "16/2026/QĐ-UBND", draft="true"))
    assert told(net) == [
        "a.vi.md:12 link-to-draft (warning)",
        f"“{field}” names a draft: {LAWS}b.vi.md.",
    ]
    net.put(f"{LAWS}a.vi.md", document(1, **fields, draft="true"))
    assert told(net) == []
