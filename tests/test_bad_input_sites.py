"""Mistakes in sites/: nothing is built, and the line that must change is named."""

from __future__ import annotations

import pytest
from findings import told

WARD = "kind: ward\nname: {vi: Phường Cam}\nshort_name: {vi: Cam}\nlabel: cam\n"
CAM = "sites/ha/cam.yaml"


def ward(**fields: str) -> str:
    """Return a ward's file with other or further fields."""
    front = {"kind": "ward", "name": "{vi: Phường Cam}", "short_name": "{vi: Cam}", "label": "cam", **fields}
    return "".join(f"{key}: {value}\n" for key, value in front.items() if value)


FILES = {
    "broken-yaml": (CAM, "name: [\n", "?"),
    "empty": (CAM, "", "?"),
    "list": (CAM, "- a\n", "?"),
    "not-utf8": (CAM, b"kind: ward\nname: Ph\xad\xeang\n", "?"),
    "anchor": (CAM, ward(operator="&a X"), "?"),
    "unknown-field": (CAM, ward(langauges="[vi]"), "?"),
    "unknown-field-within": (CAM, ward(contact="{emial: x}"), "?"),
    "unknown-kind": (CAM, ward(kind="wrad"), "?"),
    "missing-name": (CAM, ward(name=""), "?"),
    "missing-label": (CAM, ward(label=""), "?"),
    "bad-label": (CAM, ward(label="Cẩm"), "?"),
    "number-for-code": (CAM, ward(code="123"), "?"),
    "bad-language": (CAM, ward(languages="[vi, Vietnamese]"), "?"),
    "no-language": (CAM, ward(languages="[]"), "?"),
    "bad-section-id": (CAM, ward(sections="{Tin Tức: {label: {vi: Tin}}}"), "?"),
    "bad-section-kind": (CAM, ward(sections="{tin: {label: {vi: Tin}, kind: artikel}}"), "?"),
    "impossible-day": (CAM, ward(valid_from="2026-02-30"), "?"),
    "address-without-https": (CAM, ward(services_url="dichvucong.gov.vn"), "?"),
    "label-not-the-full-name": (CAM, ward(name="{vi: Phường Hoàn Kiếm}", short_name="{vi: Hoàn Kiếm}"), "?"),
    "label-with-d-bar": (CAM, ward(name="{vi: Phường Đại Mỗ}", short_name="{vi: Đại Mỗ}", label="ai-mo"), "?"),
    "host-outside-the-parent": (CAM, ward(host="cam.example.vn"), "?"),
    "host-outside-vn": (CAM, ward(host="cam.com"), "?"),
    "unknown-site-accepted": (CAM, ward(accepts="\n  - {from: ha/lin, into: tin-tuc}"), "?"),
    "accepted-into-no-section": (CAM, ward(accepts="\n  - {from: ha/lim, into: tin-tuk}"), "?"),
    "accepts-without-section": (CAM, ward(accepts="\n  - {from: ha/lim}"), "?"),
    "bad-host": (CAM, ward(host="Cẩm.ha.gov.vn"), "?"),
    "list-for-text": (CAM, ward(operator="[a]"), "?"),
    "accepts-a-null-section": (CAM, ward(sections="{tin-thanh-pho: null}"), "?"),
    "wrong-suffix": ("sites/ha/cam.yml", WARD, "?"),
    "vietnamese-file-name": ("sites/ha/Cẩm.yaml", WARD, "?"),
    "portal-without-file": ("sites/hue/cam.yaml", WARD, "?"),
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
    assert told(net) == "?"


def test_a_mistake_all_sites_inherit_is_told_once(tiny):
    """The portal's defaults are one place, however many Sites there are."""
    net = tiny()
    text = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
    net.put("sites/ha/portal.yaml", text.replace("from: portal", "from: ha/portl"))
    assert told(net) == "?"
    net.put("sites/ha/portal.yaml", text.replace("defaults:\n", "defaults:\n  langauges: [vi]\n"))
    assert told(net) == "?"
    net.put("sites/ha/portal.yaml", text.replace("defaults:\n", "default:\n"))
    assert told(net)[:2] == "?"


def test_broken_defaults_are_told_once(tiny):
    """When the first level cannot be read, the Sites above it are not blamed."""
    net = tiny()
    net.put("sites/_defaults.yaml", "languages: [vi\n")
    assert told(net) == "?"


def test_a_broken_vocabulary_is_told(tiny):
    """Terms must be ids with labels by language."""
    net = tiny()
    net.put("sites/_vocabulary.yaml", "tags: {Giao Thông: {vi: Giao thông}}\ndocument_types: {}\n")
    assert told(net) == "?"


def test_two_communes_whose_names_differ_by_a_mark_collide(tiny):
    """Cẩm Giang and Cẩm Giàng are one host without diacritics: both are told what to do."""
    net = tiny()
    for site, name, code in (("camgiang-1", "Cẩm Giang", "10001"), ("camgiang-2", "Cẩm Giàng", "10002")):
        net.put(f"sites/ha/{site}.yaml", f"kind: commune\nname: {{vi: Xã {name}}}\nshort_name: {{vi: {name}}}\n"
                                         f'label: camgiang\ncode: "{code}"\n')
    assert told(net) == "?"


def test_two_sites_claiming_one_host_through_a_language_collide(tiny):
    """The English host of the portal is the host of a ward."""
    net = tiny()
    text = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
    net.put("sites/ha/portal.yaml", text.replace("{en: {path: english}}", "{en: {host: lim.ha.gov.vn}}"))
    found = told(net)
    assert [found[0].split(":")[0], found[1]] == "?"
