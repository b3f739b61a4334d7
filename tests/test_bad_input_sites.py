"""Mistakes in sites/: nothing is built, and the line that must change is named."""

from __future__ import annotations

import pytest
from findings import told

NO_PLACE = "The file has no place here."
ONE_FILE = "A Site is one file <name>.yaml: lower-case letters without diacritics, digits, single hyphens."
LETTERS = "Use lower-case letters without diacritics, digits and single hyphens."

WARD = "kind: ward\nname: {vi: Phường Cam}\nshort_name: {vi: Cam}\nlabel: cam\n"
CAM = "sites/ha/cam.yaml"


def ward(**fields: str) -> str:
    """Return a ward's file with other or further fields."""
    front = {"kind": "ward", "name": "{vi: Phường Cam}", "short_name": "{vi: Cam}", "label": "cam", **fields}
    return "".join(f"{key}: {value}\n" for key, value in front.items() if value)


FILES = {
    "broken-yaml": (
        CAM,
        "name: [\n",
        [
            "sites/ha/cam.yaml:2 yaml-syntax",
            "The YAML cannot be read: did not find expected node content.",
            "A bracket is not closed; text that begins with one needs quotation marks.",
        ],
    ),
    "empty": (CAM, "", ["sites/ha/cam.yaml:1 wrong-value", "The file must hold keys and values."]),
    "list": (CAM, "- a\n", ["sites/ha/cam.yaml:1 wrong-value", "The file must hold keys and values."]),
    "not-utf8": (
        CAM,
        b"kind: ward\nname: Ph\xad\xeang\n",
        [
            "sites/ha/cam.yaml:2 not-utf8",
            "The file is not UTF-8 text.",
            "Save the file as UTF-8 (Unicode).",
        ],
    ),
    "anchor": (
        CAM,
        ward(operator="&a X"),
        [
            "sites/ha/cam.yaml:5 yaml-alias",
            "YAML anchors and aliases (& and *) are not allowed.",
            "Text that begins with & or * needs quotation marks.",
        ],
    ),
    "unknown-field": (
        CAM,
        ward(langauges="[vi]"),
        [
            "sites/ha/cam.yaml:5 unknown-field",
            "The field “langauges” is not known here.",
            "Did you mean “languages”?",
        ],
    ),
    "unknown-field-within": (
        CAM,
        ward(contact="{emial: x}"),
        ["sites/ha/cam.yaml:5 unknown-field", "The field “contact.emial” is not known here."],
    ),
    "unknown-kind": (
        CAM,
        ward(kind="wrad"),
        [
            "sites/ha/cam.yaml:1 wrong-value",
            "“kind” must be one of: portal, department, ward, commune, special-zone, topic.",
            "Did you mean “ward”?",
        ],
    ),
    "missing-name": (CAM, ward(name=""), ["sites/ha/cam.yaml:1 missing-field", "The field “name” is missing."]),
    "missing-label": (CAM, ward(label=""), ["sites/ha/cam.yaml:1 missing-field", "The field “label” is missing."]),
    "bad-label": (
        CAM,
        ward(label="Cẩm"),
        [
            "sites/ha/cam.yaml:4 wrong-value",
            "“label” does not have the right form.",
            LETTERS,
        ],
    ),
    "number-for-code": (
        CAM,
        ward(code="123"),
        [
            "sites/ha/cam.yaml:5 wrong-value",
            "“code” must be text; put numbers in quotation marks.",
        ],
    ),
    "bad-language": (
        CAM,
        ward(languages="[vi, Vietnamese]"),
        [
            "sites/ha/cam.yaml:5 wrong-value",
            "“languages[2]” is not a language tag such as vi, en or mtq.",
        ],
    ),
    "no-language": (CAM, ward(languages="[]"), ["sites/ha/cam.yaml:5 wrong-value", "“languages” must not be empty."]),
    "bad-section-id": (
        CAM,
        ward(sections="{Tin Tức: {label: {vi: Tin}}}"),
        [
            "sites/ha/cam.yaml:5 wrong-value",
            "“sections.Tin Tức” does not have the right form.",
            LETTERS,
        ],
    ),
    "bad-section-kind": (
        CAM,
        ward(sections="{tin: {label: {vi: Tin}, kind: artikel}}"),
        [
            "sites/ha/cam.yaml:5 wrong-value",
            "“sections.tin.kind” must be one of: articles, documents, pages.",
            "Did you mean “articles”?",
        ],
    ),
    "impossible-day": (
        CAM,
        ward(valid_from="2026-02-30"),
        [
            "sites/ha/cam.yaml:5 wrong-value",
            "“valid_from” is not a possible date or time.",
            "Write 2026-10-05.",
        ],
    ),
    "address-without-https": (
        CAM,
        ward(services_url="dichvucong.gov.vn"),
        [
            "sites/ha/cam.yaml:5 wrong-value",
            "“services_url” must be an address that begins with https://.",
        ],
    ),
    "label-not-the-full-name": (
        CAM,
        ward(name="{vi: Phường Hoàn Kiếm}", short_name="{vi: Hoàn Kiếm}"),
        [
            "sites/ha/cam.yaml:4 host-label",
            "The host label “cam” must be the full name without diacritics (A4).",
            "Write “hoankiem”.",
        ],
    ),
    "label-with-d-bar": (
        CAM,
        ward(name="{vi: Phường Đại Mỗ}", short_name="{vi: Đại Mỗ}", label="ai-mo"),
        [
            "sites/ha/cam.yaml:4 host-label",
            "The host label “ai-mo” must be the full name without diacritics (A4).",
            "Write “daimo”.",
        ],
    ),
    "host-outside-the-parent": (
        CAM,
        ward(host="cam.example.vn"),
        [
            "sites/ha/cam.yaml:5 host-parent",
            "“cam.example.vn” is not below “ha.gov.vn” (A3).",
        ],
    ),
    "host-outside-vn": (
        CAM,
        ward(host="cam.com"),
        [
            "sites/ha/cam.yaml:5 host-form",
            "“cam.com” is not a host below the national domain .vn (A5).",
        ],
    ),
    "unknown-site-accepted": (
        CAM,
        ward(accepts="\n  - {from: ha/lin, into: tin-tuc}"),
        [
            "sites/ha/cam.yaml:6 unknown-site",
            "“accepts” names the unknown Site “ha/lin”.",
            "Did you mean “ha/lim”, “ha/mai”?",
        ],
    ),
    "accepted-into-no-section": (
        CAM,
        ward(accepts="\n  - {from: ha/lim, into: tin-tuk}"),
        [
            "sites/ha/cam.yaml:6 unknown-section",
            "ha/cam has no section “tin-tuk”.",
            "Did you mean “tin-tuc”?",
        ],
    ),
    "accepts-without-section": (
        CAM,
        ward(accepts="\n  - {from: ha/lim}"),
        ["sites/ha/cam.yaml:6 missing-field", "The field “accepts[1].into” is missing."],
    ),
    "bad-host": (
        CAM,
        ward(host="Cẩm.ha.gov.vn"),
        [
            "sites/ha/cam.yaml:5 wrong-value",
            "“host” does not have the right form.",
            "Write the full host, such as hoankiem.hanoi.gov.vn.",
        ],
    ),
    "list-for-text": (
        CAM,
        ward(operator="[a]"),
        [
            "sites/ha/cam.yaml:5 wrong-value",
            "“operator” must be text, not a list.",
            "Text that begins with a bracket needs quotation marks.",
        ],
    ),
    "accepts-a-null-section": (
        CAM,
        ward(sections="{tin-thanh-pho: null}"),
        ["sites/ha/portal.yaml:12 unknown-section", "ha/cam has no section “tin-thanh-pho”."],
    ),
    "wrong-suffix": (
        "sites/ha/cam.yml",
        WARD,
        [
            "sites/ha/cam.yml path-form",
            NO_PLACE,
            ONE_FILE,
        ],
    ),
    "vietnamese-file-name": (
        "sites/ha/Cẩm.yaml",
        WARD,
        [
            "sites/ha/Cẩm.yaml path-form",
            NO_PLACE,
            ONE_FILE,
        ],
    ),
    "portal-without-file": (
        "sites/hue/cam.yaml",
        WARD,
        [
            "sites/hue/portal.yaml missing-file",
            "The file is missing.",
            "A Portal needs a portal.yaml; see docs/sites-format.md.",
        ],
    ),
}


@pytest.mark.parametrize(("path", "text", "expected"), FILES.values(), ids=FILES.keys())
def test_a_mistake_in_a_sites_file_is_told(tiny, path, text, expected):
    """Place, code, sentence and hint; one mistake gives one finding."""
    net = tiny()
    net.put(path, text)
    assert told(net) == expected


def test_a_folder_with_the_name_of_a_file_is_told(tiny):
    """It is no crash."""
    net = tiny()
    (net.root / "sites/ha/cam.yaml").mkdir()
    (net.root / "sites/ha/lim.yaml").unlink()
    (net.root / "sites/ha/lim.yaml").mkdir()
    assert told(net) == [
        "sites/ha/cam.yaml path-form",
        NO_PLACE,
        ONE_FILE,
        "sites/ha/lim.yaml path-form",
        NO_PLACE,
        ONE_FILE,
    ]


def test_a_mistake_all_sites_inherit_is_told_once(tiny):
    """The portal's defaults are one place, however many Sites there are."""
    net = tiny()
    text = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
    net.put("sites/ha/portal.yaml", text.replace("from: portal", "from: ha/portl"))
    assert told(net) == [
        "sites/ha/portal.yaml:12 unknown-site",
        "“accepts” names the unknown Site “ha/portl”.",
        "Did you mean “ha/portal”?",
    ]
    net.put("sites/ha/portal.yaml", text.replace("defaults:\n", "defaults:\n  langauges: [vi]\n"))
    assert told(net) == [
        "sites/ha/portal.yaml:7 unknown-field",
        "The field “langauges” is not known here.",
        "Did you mean “languages”?",
    ]
    net.put("sites/ha/portal.yaml", text.replace("defaults:\n", "default:\n"))
    assert told(net)[:2] == ["sites/ha/portal.yaml:6 unknown-field", "The field “default” is not known here."]


def test_broken_defaults_are_told_once(tiny):
    """When the first level cannot be read, the Sites above it are not blamed."""
    net = tiny()
    net.put("sites/_defaults.yaml", "languages: [vi\n")
    assert told(net) == [
        "sites/_defaults.yaml:2 yaml-syntax",
        "The YAML cannot be read: did not find expected ',' or ']'.",
        "A bracket is not closed; text that begins with one needs quotation marks.",
    ]


def test_a_broken_vocabulary_is_told(tiny):
    """Terms must be ids with labels by language."""
    net = tiny()
    net.put("sites/_vocabulary.yaml", "tags: {Giao Thông: {vi: Giao thông}}\ndocument_types: {}\n")
    assert told(net) == [
        "sites/_vocabulary.yaml:1 missing-field",
        "The field “document_fields” is missing.",
        "sites/_vocabulary.yaml:1 wrong-value",
        "“tags.Giao Thông” does not have the right form.",
        LETTERS,
    ]


def test_two_communes_whose_names_differ_by_a_mark_collide(tiny):
    """Cẩm Giang and Cẩm Giàng are one host without diacritics: both are told what to do."""
    net = tiny()
    for site, name, code in (("camgiang-1", "Cẩm Giang", "10001"), ("camgiang-2", "Cẩm Giàng", "10002")):
        net.put(
            f"sites/ha/{site}.yaml",
            f'kind: commune\nname: {{vi: Xã {name}}}\nshort_name: {{vi: {name}}}\nlabel: camgiang\ncode: "{code}"\n',
        )
    assert told(net) == [
        "sites/ha/camgiang-1.yaml:4 host-collision",
        "The address “camgiang.ha.gov.vn” is claimed by Xã Cẩm Giang (ha/camgiang-1), Xã Cẩm Giàng (ha/camgiang-2).",
        "Name the Sites <label>-<code> (here camgiang-10001) and choose a host of its own for each in its file.",
        "sites/ha/camgiang-2.yaml:4 host-collision",
        "The address “camgiang.ha.gov.vn” is claimed by Xã Cẩm Giang (ha/camgiang-1), Xã Cẩm Giàng (ha/camgiang-2).",
        "Name the Sites <label>-<code> (here camgiang-10002) and choose a host of its own for each in its file.",
    ]


def test_two_sites_claiming_one_host_through_a_language_collide(tiny):
    """The English host of the portal is the host of a ward."""
    net = tiny()
    text = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
    net.put("sites/ha/portal.yaml", text.replace("{en: {path: english}}", "{en: {host: lim.ha.gov.vn}}"))
    found = told(net)
    assert [found[0].split(":")[0], found[1]] == [
        "sites/ha/lim.yaml",
        "The address “lim.ha.gov.vn” is claimed by Cổng Ha (ha/portal), Phường Lim (ha/lim).",
    ]


MAIL = "“{}” does not have the right form."
CONTACT = "Write one e-mail address, or one address that begins with https://."
INVISIBLE = ["The invisible character U+202E stands here.", "Delete it: it breaks search and can hide text."]
APART = "The letters are taken apart (decomposed Unicode), near “{}”."
ESCAPED = "Type the letters themselves, not escapes such as \\u0301."
ONE_LINE = "Write the text on one line, without \\n and without | or > before it."
TEXTS = {
    "no-name-in-any-language": ({"name": "{}"}, "1:2 wrong-value", ["“name” must not be empty."]),
    "blank-name": ({"name": '{vi: " "}'}, "1:2 wrong-value", ["“name.vi” must not be empty."]),
    "name-in-no-language": (
        {"name": "{Tiếng Việt: Cam}"},
        "1:2 wrong-value",
        ["“name.Tiếng Việt” is not a language tag such as vi, en or mtq."],
    ),
    "empty-label": (
        {"sections": "\n  tin: {label: {}}"},
        "1:6 wrong-value",
        ["“sections.tin.label” must not be empty."],
    ),
    "two-contacts": (
        {"security_contact": '"x@y.vn https://z.vn"'},
        "1:5 wrong-value",
        [MAIL.format("security_contact"), CONTACT],
    ),
    "http-contact": (
        {"security_contact": '"http://z.vn"'},
        "1:5 wrong-value",
        [MAIL.format("security_contact"), CONTACT],
    ),
    "http-form": (
        {"report_error": "http://z.vn"},
        "1:5 wrong-value",
        [MAIL.format("report_error"), CONTACT],
    ),
    "no-mail": (
        {"contact": "\n  email: Ban biên tập"},
        "1:6 wrong-value",
        [MAIL.format("contact.email"), "Write one e-mail address, as in bientap@hanoi.gov.vn."],
    ),
    "line-break": (
        {"contact": '\n  phone: "024\\n113"'},
        "1:6 line-break",
        ["“contact.phone” must be one line, without tabs.", ONE_LINE],
    ),
    "escaped-direction": ({"operator": '"A\\u202eB"'}, "1:5 invisible-character", INVISIBLE),
    "written-direction": ({"operator": '"A\u202eB"'}, "1:5 invisible-character", INVISIBLE),
    "escaped-letters": ({"operator": '"Be\\u0301"'}, "1:5 not-nfc", [APART.format("Bé"), ESCAPED]),
    "written-letters": (
        {"operator": "Be\u0301"},
        "1:5 not-nfc",
        [APART.format("operator: Bé"), "Run: congtin check --fix-unicode sites/ha/cam.yaml"],
    ),
    "invisible-key": (
        {"sources": '{"na\\u200bme": x}'},
        "1:5 invisible-character",
        ["The invisible character U+200B stands here.", "Delete it: it breaks search and can hide text."],
    ),
    "accepted-section-the-origin-lacks": (
        {"accepts": "\n  - {from: ha/lim, sections: [tin-tuk], into: tin-tuc}"},
        "1:6 unknown-section",
        ["ha/lim has no section “tin-tuk”.", "Did you mean “tin-tuc”?"],
    ),
    "accepted-tag-nobody-knows": (
        {"accepts": "\n  - from: ha/lim\n    tags:\n      - giao-thog\n    into: tin-tuc"},
        "1:8 unknown-tag",
        ["The tag “giao-thog” is not in the vocabulary.", "Did you mean “giao-thong”?"],
    ),
    "unknown-successor": (
        {"successor": "ha/lin"},
        "1:5 unknown-site",
        ["“successor” names no Site: “ha/lin”.", "Did you mean “ha/lim”, “ha/mai”?"],
    ),
    "second-portal": (
        {"kind": "portal"},
        "1:1 wrong-value",
        [
            "Only the Site of ha/portal.yaml is of the kind “portal”.",
            "Known are: department, ward, commune, special-zone, topic.",
        ],
    ),
}


@pytest.mark.parametrize(("fields", "place", "texts"), TEXTS.values(), ids=TEXTS.keys())
def test_a_text_that_cannot_be_shown_or_followed_is_told(tiny, fields, place, texts):
    """Languages, characters and names of other things, with the line."""
    net = tiny()
    net.put(CAM, ward(**fields))
    assert told(net) == [f"sites/ha/cam.yaml:{place.removeprefix('1:')}", *texts]


def test_a_line_in_the_contact_cannot_become_a_line_of_security_txt(tiny):
    """Neither with a break nor behind one."""
    net = tiny()
    net.put(CAM, ward(security_contact='"x@y.vn\\nPolicy: https://z.vn"'))
    assert {problem.code for problem in net.problems()} == {"wrong-value", "line-break"}


def test_defaults_may_hold_empty_maps(tiny):
    """The first level lists every field; what no file fills is missed in the Site's file."""
    net = tiny()
    net.put("sites/_defaults.yaml", "languages: [vi]\nname: {}\nshort_name: {}\nattribution: {}\nkind: null\n")
    assert told(net) == []
    net.put(CAM, ward(name="", kind=""))
    assert [line for line in told(net) if line.startswith("sites/")] == [
        "sites/ha/cam.yaml:1 missing-field",
        "sites/ha/cam.yaml:1 wrong-value",
    ]


def test_symbolic_links_below_sites_are_refused(tiny, tmp_path):
    """A Site is not read from elsewhere, a folder neither."""
    net = tiny()
    (tmp_path / "cam.yaml").write_text(WARD, "utf-8")
    (net.root / CAM).symlink_to(tmp_path / "cam.yaml")
    (net.root / "sites/ha/lim").mkdir()
    (net.root / "sites/ha/lim/picks").symlink_to(tmp_path)
    text = ["Symbolic links are not allowed below sites/.", "Put the file itself there."]
    assert told(net) == ["sites/ha/cam.yaml symlink", *text, "sites/ha/lim/picks symlink", *text]


@pytest.mark.parametrize("name", ["picks/aaaaaaaa2222.yml", "picks/notes.txt", "picks/folder.yaml/x", "pick.yaml"])
def test_stray_files_beside_picks_are_refused(tiny, name):
    """A pick with another ending would silently be none."""
    net = tiny()
    net.put(f"sites/ha/lim/{name}", "item: aaaaaaaa2222\n")
    path = f"sites/ha/lim/{name.removesuffix('/x')}"
    hint = "The folder of a Site holds only picks/<item id>.yaml and alerts/<name>.yaml."
    assert told(net) == [f"{path} path-form", NO_PLACE, hint]


def test_a_pick_says_where_or_why_not(tiny):
    """Neither consent nor refusal is no answer."""
    net = tiny()
    net.put("sites/ha/lim/picks/aaaaaaaa2222.yaml", "item: aaaaaaaa2222\n")
    assert told(net) == ["sites/ha/lim/picks/aaaaaaaa2222.yaml:1 missing-field", "The field “into” is missing."]


@pytest.mark.parametrize("path", ["lien-he", "tin-tuc"])
def test_a_languages_path_must_be_free(tiny, path):
    """The engine and the sections have their addresses first."""
    net = tiny()
    text = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
    net.put("sites/ha/portal.yaml", text.replace("{path: english}", f"{{path: {path}}}"))
    assert told(net) == [
        "sites/ha/portal.yaml:16 reserved-address",
        f"The language “en” cannot have the path “{path}”: the address is taken.",
        "Choose another path in “language_addresses” of portal.yaml, or another name for the section.",
    ]


@pytest.mark.parametrize("char", ["\\uFFFE", "\\uFFFF", "\\x01", "\\u202E", "\\u200B"])
def test_no_character_that_breaks_a_feed_comes_in_through_a_sites_name(tiny, char):
    """What XML does not allow, or nobody sees, is told in `sites/` just as in content: there is one list."""
    net = tiny()
    text = (net.root / "sites/ha/lim.yaml").read_text("utf-8")
    net.put("sites/ha/lim.yaml", text.replace("{vi: Phường Lim}", f'{{vi: "Phường {char} Lim"}}'))
    assert [(p.code, p.place) for p in net.errors()] == [("invisible-character", "sites/ha/lim.yaml:2")]
