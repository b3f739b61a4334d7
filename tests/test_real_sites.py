"""The 391 real Sites of sites/: the network the regulations describe, and nothing that nobody said."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import yaml
from network import NOON, REPOSITORY, TinyNetwork

from congtin.languages import host_label
from congtin.layout import KINDS
from congtin.model import SiteKind
from congtin.network.coverage import FACTS, coverage, unsourced
from congtin.network.load import load_network
from congtin.network.network import Network

# Portals, departments, topic sites, wards, communes and special zones, as the regulations and the
# list of administrative units name them.
NETWORK = {
    "hanoi": {"portal": 1, "department": 16, "topic": 5, "ward": 51, "commune": 75},
    "haiphong": {"portal": 1, "department": 12, "ward": 45, "commune": 67, "special-zone": 2},
    "hungyen": {"portal": 1, "department": 11, "ward": 11, "commune": 93},
}
UNITS = {"hanoi": 126, "haiphong": 114, "hungyen": 104}
LANGUAGES = {
    "hanoi/portal": ["vi", "en"],
    "hungyen/portal": ["vi", "en"],
    "haiphong/portal": ["vi", "en", "zh", "ko", "ja"],
    "hanoi/hoankiem": ["vi", "en"],
    "hanoi/sodulich": ["vi", "en"],
    "hanoi/dantoc": ["vi", "mtq"],
    "haiphong/sovhttdl": ["vi", "en"],
    "hungyen/phohien": ["vi", "en"],
}
# The only ways to reach anybody that the regulations print: Hà Nội Điều 12, Hải Phòng Điều 6, Hưng Yên Điều 9.
PRINTED = {
    "hanoi/portal": {"phone": "0248 38253536", "email": "thongtin@hanoi.gov.vn"},
    "haiphong/portal": {"email": "congthongtindientu@haiphong.gov.vn"},
    "hungyen/portal": {"email": "hungyen@chinhphu.vn"},
}
PRINTED_CHANNELS = {"https://data.hanoi.gov.vn", "https://www.facebook.com/www.haiphong.gov.vn"}
PRINTED_DECISION = ("hanoi/portal", "1351/QĐ-UBND")
KIND_WORDS = {SiteKind.WARD: "Phường", SiteKind.COMMUNE: "Xã", SiteKind.SPECIAL_ZONE: "Đặc khu"}


@pytest.fixture(scope="module")
def network() -> Network:
    return load_network(REPOSITORY)


def texts_in(data: object):
    """Yield every text of a YAML file, keys included."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield str(key)
            yield from texts_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from texts_in(value)
    elif isinstance(data, str):
        yield data


def site_files() -> list[Path]:
    return sorted((REPOSITORY / "sites").rglob("*.yaml"))


# --- The network ----------------------------------------------------------------------------------


def test_there_are_391_sites_of_the_kinds_the_regulations_name(network):
    """Counted by Portal and kind, the Sites are exactly the network of the three regulations."""
    counted = Counter((site.portal_id, site.kind.value) for site in network.sites.values())
    assert counted == {(portal, kind): n for portal, kinds in NETWORK.items() for kind, n in kinds.items()}
    assert len(network.sites) == 391


def test_the_units_and_the_rest_add_up(network):
    """126, 114 and 104 units; 39 departments; 5 topic sites; 3 Portals."""
    units = Counter(site.portal_id for site in network.sites.values() if site.kind in KIND_WORDS)
    assert units == UNITS
    kinds = Counter(site.kind for site in network.sites.values())
    assert (kinds[SiteKind.DEPARTMENT], kinds[SiteKind.TOPIC], kinds[SiteKind.PORTAL]) == (39, 5, 3)


def test_no_two_units_share_a_code(network):
    """Every ward, commune and special zone has its statistical code, five digits, once."""
    codes = [site.options.code for site in network.sites.values() if site.kind in KIND_WORDS]
    assert all(re.fullmatch(r"\d{5}", code or "") for code in codes)
    assert len(set(codes)) == len(codes) == 344
    assert not [site.id for site in network.sites.values() if site.kind not in KIND_WORDS and site.options.code]


def test_no_two_units_of_a_portal_share_a_name(network):
    """Names tell the Sites of a Portal apart, with all their diacritics."""
    names = Counter((site.portal_id, site.name) for site in network.sites.values())
    assert not [name for name, count in names.items() if count > 1]


def test_languages_are_those_the_regulations_ask_for(network):
    """Portals in their languages, a few Sites for foreigners and for the Mường, the rest in Vietnamese."""
    found = {s.id: s.options.languages for s in network.sites.values() if s.options.languages != ["vi"]}
    assert found == LANGUAGES


def test_every_site_has_the_sections_of_its_portal(network):
    """About, news, announcements, documents and the city's news are everywhere but where a regulation says else."""
    for site in network.sites.values():
        kinds = {options.kind for options in site.options.sections.values()}
        assert kinds >= {"articles", "documents", "pages"}, site.id
        assert "questions" in kinds or site.portal_id == "hungyen", site.id
        if site.kind is not SiteKind.PORTAL:
            assert {"tin-thanh-pho", "tin-tinh"} & set(site.options.sections), site.id
        for name, section in site.options.sections.items():
            assert section.label.get("vi"), (site.id, name)


# --- Hosts ----------------------------------------------------------------------------------------


def test_every_host_is_unique_and_below_its_portal(network):
    """No two Sites share a host; each is below the Portal's domain and its label is plain (A3–A5)."""
    hosts = [site.host for site in network.sites.values()]
    assert len(set(hosts)) == 391
    for site in network.sites.values():
        parent = network.portal_of(site).options.parent_host
        if site.kind is SiteKind.PORTAL:
            assert site.host == parent
        else:
            label = site.host.removesuffix(f".{parent}")
            assert re.fullmatch(r"[a-z0-9]+(-\d{5})?", label), site.id
            assert site.id == f"{site.portal_id}/{label}"


def test_hanoi_units_are_called_by_their_full_name(network):
    """Wards and communes of Hà Nội: the whole name without diacritics and spaces (Điều 5 khoản 2 điểm c)."""
    for site in network.sites_of("hanoi"):
        if site.kind in KIND_WORDS:
            assert site.options.label == host_label(site.options.short_name["vi"]), site.id
    assert network.sites["hanoi/vanmieuquoctugiam"].name == "Phường Văn Miếu - Quốc Tử Giám"


def test_cam_giang_and_cam_giang_are_two_communes(network):
    """Without diacritics the two names are one; their codes keep id and host apart."""
    found = {s.id: (s.name, s.host) for s in network.sites.values() if host_label(s.name) == "xacamgiang"}
    assert found == {
        "haiphong/camgiang-10888": ("Xã Cẩm Giang", "camgiang-10888.haiphong.gov.vn"),
        "haiphong/camgiang-10903": ("Xã Cẩm Giàng", "camgiang-10903.haiphong.gov.vn"),
    }
    for site_id in found:
        assert set(network.sites[site_id].options.unverified) >= {"host", "label"}


def test_only_one_topic_host_stands_in_a_regulation(network):
    """The host of the administrative-reform site is printed; those of the other topics are our proposal."""
    topics = [site for site in network.sites.values() if site.kind is SiteKind.TOPIC]
    verified = [site for site in topics if "host" not in site.options.unverified]
    assert [(site.id, site.host) for site in verified] == [("hanoi/caicachhanhchinh", "caicachhanhchinh.hanoi.gov.vn")]
    assert "host" in verified[0].options.sources


# --- Facts ----------------------------------------------------------------------------------------


def test_every_known_fact_names_its_source(network):
    """Nothing is filled in without saying where it stands, or that no source states it."""
    assert {site.id: fields for site in network.sites.values() if (fields := unsourced(site))} == {}


def test_sources_and_unverified_fields_name_fields_that_exist(network):
    """A source for a field nobody has would be a slip of the pen."""
    fields = set(type(next(iter(network.sites.values())).options).model_fields)
    for site in network.sites.values():
        for key in [*site.options.sources, *site.options.unverified]:
            assert key.split(".")[0] in fields, (site.id, key)


def test_every_source_is_a_regulation_a_plan_or_the_list_of_units(network):
    """Sources are named so that a reader finds the place: document, article, clause."""
    form = re.compile(
        r"(Quy chế (Cổng TTĐT|Trang thông tin)|Kế hoạch Cổng TTĐT|Danh mục (đơn vị hành chính|sở, ngành|chuyên trang))"
    )
    odd = {
        source for site in network.sites.values() for source in site.options.sources.values() if not form.match(source)
    }
    assert not odd


def test_no_telephone_or_address_was_invented(network):
    """The only telephone and e-mails are those printed in the regulations."""
    for site in network.sites.values():
        contact = site.options.contact
        printed = PRINTED.get(site.id, {})
        assert (contact.phone, contact.email) == (printed.get("phone"), printed.get("email")), site.id
        assert contact.fax is None
        assert site.options.security_contact is None


def test_no_number_that_looks_like_a_telephone_stands_in_any_file():
    """Nor is one hidden in a note, a name or a comment."""
    allowed = {"0248 38253536"}
    for file in site_files():
        text = re.sub(r"[0-9a-f]{40}", "", file.read_text("utf-8"))
        found = set(re.findall(r"(?<![\w/])(?:\+84|0)\d[\d .]{7,12}\d(?!\d)", text))
        assert found <= allowed, file
        assert set(re.findall(r"[\w.]+@[\w.]+", text)) <= {p["email"] for p in PRINTED.values()}, file


def test_nothing_only_an_authority_can_say_is_filled_in(network):
    """Trust labels, measuring ids, decisions, rules and services stay empty until somebody states them."""
    for site in network.sites.values():
        options = site.options
        assert options.emc_site_id is None
        assert options.trust_label.domain is options.trust_label.slug is None
        assert options.security_level.decision is options.security_level.assessed is None
        assert options.board_rules_url is None
        assert options.services_url is None
        decision = options.board_decision and options.board_decision.number
        assert decision == (PRINTED_DECISION[1] if site.id == PRINTED_DECISION[0] else None), site.id
    channels = {channel.url for site in network.sites.values() for channel in site.options.channels}
    assert channels == PRINTED_CHANNELS


def test_the_responsible_person_is_a_post_never_a_name(network):
    """A post outlives the person and is no personal data (A13)."""
    posts = {site.options.responsible_post for site in network.sites.values()} - {None}
    start = re.compile(r"(Chủ tịch|Giám đốc|Chánh Văn phòng|Chánh Thanh tra|Thủ trưởng|Người đứng đầu|Trưởng)\b")
    assert posts
    assert not [post for post in posts if not start.match(post)]


def test_readers_are_told_how_to_name_the_source(network):
    """The sentence others must quote stands where a regulation gives one (P2)."""
    for site in network.sites.values():
        attribution = site.options.attribution or {}
        if site.portal_id == "haiphong":
            assert attribution["vi"] == "Cổng Thông tin điện tử thành phố Hải Phòng", site.id
            assert attribution["en"] == "Haiphong.gov.vn"
        elif site.portal_id == "hungyen":
            assert attribution["vi"].endswith(f"({site.host})"), site.id
            assert attribution["vi"].startswith(("Cổng thông tin điện tử ", "Cổng Thông tin điện tử ")), site.id
            for lang, text in attribution.items():
                assert site.edition(lang).host in text, (site.id, lang)
        elif site.id == "hanoi/caicachhanhchinh":
            assert attribution == {"vi": "Nguồn: Trang thông tin Cải cách hành chính"}
        else:
            assert attribution == {}, site.id


def test_names_are_clean_text(network):
    """Names are NFC, without doubled or outer spaces, and begin with the word for their kind."""
    for site in network.sites.values():
        names = [*site.options.name.values(), *(site.options.short_name or {}).values()]
        for name in names:
            assert name == unicodedata.normalize("NFC", name), site.id
            assert name == " ".join(name.split()), site.id
        if site.kind in KIND_WORDS:
            assert site.options.name["vi"] == f"{KIND_WORDS[site.kind]} {site.options.short_name['vi']}"
            assert site.options.name["vi"][0].isupper()


def test_every_text_of_every_site_file_is_nfc():
    """The same word is the same bytes everywhere, and no line holds a tab or a stray space."""
    for file in site_files():
        text = file.read_text("utf-8")
        assert text == unicodedata.normalize("NFC", text), file
        assert "\t" not in text, file
        assert not [line for line in text.split("\n") if line != line.rstrip()], file
        assert text.endswith("\n"), file
        assert not [t for t in texts_in(yaml.safe_load(text)) if "  " in t], file


def test_each_site_is_owned_by_its_own_authority(network):
    """A ward's website belongs to that ward's committee, a department's to the department."""
    for site in network.sites.values():
        owner = site.options.owning_authority
        if site.kind in KIND_WORDS:
            kind = KIND_WORDS[site.kind]
            assert owner == f"Ủy ban nhân dân {kind[0].lower()}{kind[1:]} {site.options.short_name['vi']}", site.id
        else:
            assert owner, site.id


def test_coverage_adds_up(network):
    """Known and unknown are all; what must not be missing at a release is counted as missing."""
    sites = list(network.sites.values())
    whole = coverage(sites)
    assert {count.field for count in whole} == {*FACTS, "host"}
    for count in whole:
        assert 0 <= count.known <= count.total == 391
        assert 0 <= count.unverified <= count.total
    parts = [coverage(network.sites_of(portal)) for portal in network.portals]
    for number, count in enumerate(whole):
        assert count.known == sum(part[number].known for part in parts)
        assert count.unverified == sum(part[number].unverified for part in parts)
    known = {count.field: count.known for count in whole}
    assert (known["emc_site_id"], known["trust_label"], known["contact.phone"], known["contact.email"]) == (0, 0, 1, 3)
    assert known["owning_authority"] == 391
    assert (known["contact.fax"], known["contact.hours"], known["security_contact"]) == (0, 127, 0)


def test_coverage_counts_what_is_known_of_a_few(network):
    """Three Sites by hand: the counts are those a person would write down."""
    chosen = [network.sites[name] for name in ("hanoi/portal", "hanoi/hoankiem", "haiphong/camgiang-10888")]
    known = {count.field: (count.known, count.total) for count in coverage(chosen)}
    assert known["contact.phone"] == (1, 3)
    assert known["owning_authority"] == (3, 3)
    assert known["attribution"] == (1, 3)
    assert known["board_decision"] == (1, 3)
    assert {c.field: c.unverified for c in coverage(chosen)}["host"] == 1


def test_coverage_of_nothing_is_nothing():
    """An empty choice has no numbers to divide by."""
    assert {(count.known, count.total) for count in coverage([])} == {(0, 0)}


# --- The commands ---------------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path) -> TinyNetwork:
    """Return a repository with the real sites/ and nothing else."""
    root = tmp_path / "copy"
    root.mkdir()
    shutil.copytree(REPOSITORY / "sites", root / "sites", ignore=shutil.ignore_patterns("picks"))
    shutil.copytree(REPOSITORY / KINDS, root / KINDS)
    (root / "workflows").mkdir()
    for file in (REPOSITORY / "workflows").glob("*.yaml"):
        shutil.copy(file, root / "workflows")
    return TinyNetwork(root.resolve(), NOON)


def succeeded(run: subprocess.CompletedProcess[str]) -> str:
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def refused(run: subprocess.CompletedProcess[str]) -> str:
    assert run.returncode != 0, run.stdout
    assert "Traceback" not in run.stderr
    return run.stdout + run.stderr


def test_list_shows_all_sites_as_table_csv_and_json(copy):
    """`congtin site list` tells the same in all its forms."""
    rows = json.loads(succeeded(copy.congtin("site", "list", "--format", "json")))
    assert len(rows) == 391
    assert list(csv.DictReader(io.StringIO(succeeded(copy.congtin("site", "list", "--format", "csv"))))) == rows
    table = succeeded(copy.congtin("site", "list"))
    assert "391 Sites, 402 Editions" in table
    assert all(row["id"] in table for row in rows)


def test_list_can_be_narrowed_to_a_portal_and_a_kind(copy):
    """Only the wards of Hưng Yên, and a Portal that is misspelt."""
    rows = json.loads(
        succeeded(copy.congtin("site", "list", "--portal", "hungyen", "--kind", "ward", "--format", "json"))
    )
    assert len(rows) == 11
    assert {row["kind"] for row in rows} == {"ward"}
    assert "hungyen" in refused(copy.congtin("site", "list", "--portal", "hungyem"))


def test_show_tells_everything_known_of_a_site(copy):
    """As JSON with addresses of its languages, and as a table that says what is missing."""
    data = json.loads(succeeded(copy.congtin("site", "show", "hanoi/hoankiem", "--format", "json")))
    assert data["id"] == "hanoi/hoankiem"
    assert data["file"] == "sites/hanoi/hoankiem.yaml"
    assert data["editions"] == [
        {"lang": "vi", "url": "https://hoankiem.hanoi.gov.vn/"},
        {"lang": "en", "url": "https://hoankiem.hanoi.gov.vn/english/"},
    ]
    assert data["emc_site_id"] is None
    assert "no data yet" in succeeded(copy.congtin("site", "show", "hanoi/hoankiem"))
    assert "hanoi/hoankiem" in refused(copy.congtin("site", "show", "hanoi/hoankien"))


def test_check_finds_the_real_sites_in_order(copy):
    """No problem in the repository; a fact without source and a broken file are both seen."""
    assert "391 Sites: in order" in succeeded(copy.congtin("site", "check"))
    file = copy.root / "sites/hanoi/badinh.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("responsible_post: null", "responsible_post: Chủ tịch"), "utf-8")
    out = succeeded(copy.congtin("site", "check"))
    assert "sites/hanoi/badinh.yaml" in out
    assert "responsible_post" in out
    file.write_text(text.replace("label: badinh", "label: badinhh"), "utf-8")
    assert "badinh" in refused(copy.congtin("site", "check"))


def test_coverage_prints_the_numbers_of_the_library(copy, network):
    """The command and the function count alike, for all Sites and for one Portal."""
    rows = json.loads(succeeded(copy.congtin("site", "coverage", "--format", "json")))
    assert rows == [{f: getattr(c, f) for f in c.__slots__} for c in coverage(network.sites.values())]
    rows = json.loads(succeeded(copy.congtin("site", "coverage", "--portal", "haiphong", "--format", "json")))
    assert {row["total"] for row in rows} == {127}
    assert "contact.phone" in succeeded(copy.congtin("site", "coverage"))


def test_coverage_of_an_unknown_portal_is_refused(copy):
    """A slip of the pen is not answered with a table of zeros."""
    assert "hanoi" in refused(copy.congtin("site", "coverage", "--portal", "hanoy"))


def added(copy: TinyNetwork, *arguments: str) -> dict[str, object]:
    """Run `congtin site add` and return the Site as the network then has it, in order with all others."""
    out = succeeded(copy.congtin("site", "add", *arguments))
    path = re.search(r"sites/(\S+)\.yaml", out)
    site = load_network(copy.root).sites[path[1]]
    return {**site.options.model_dump(mode="json"), "id": site.id, "host": site.host}


def test_add_a_ward(copy):
    """A name is enough: label, host and short name follow; nothing else is made up."""
    site = added(copy, "hanoi", "Phường Sao Khuê", "--kind", "ward", "--code", "99001")
    assert (site["id"], site["host"]) == ("hanoi/saokhue", "saokhue.hanoi.gov.vn")
    assert site["name"] == {"vi": "Phường Sao Khuê"}
    assert site["short_name"] == {"vi": "Sao Khuê"}
    assert site["code"] == "99001"
    assert site["owning_authority"] is None
    assert site["languages"] == ["vi"]
    assert "tin-thanh-pho" in site["sections"]


def test_add_a_department_with_a_label_of_its_own(copy):
    """Departments choose their label; the name keeps its first word."""
    site = added(copy, "hungyen", "Sở Thử nghiệm", "--kind", "department", "--label", "sothunghiem")
    assert (site["id"], site["host"]) == ("hungyen/sothunghiem", "sothunghiem.hungyen.gov.vn")
    assert site["short_name"] == {"vi": "Sở Thử nghiệm"}


def test_add_a_special_zone(copy):
    """The third kind of unit is named without its kind as well."""
    site = added(copy, "haiphong", "Đặc khu Hòn Dấu", "--kind", "special-zone")
    assert (site["id"], site["short_name"]) == ("haiphong/hondau", {"vi": "Hòn Dấu"})


def test_add_refuses_a_label_that_is_taken_and_helps(copy):
    """Cẩm Lạc and Cam Lạc are the same without diacritics: the code tells them apart."""
    added(copy, "haiphong", "Xã Cẩm Lạc", "--kind", "commune", "--code", "99001")
    before = {path.name for path in (copy.root / "sites/haiphong").iterdir()}
    message = refused(copy.congtin("site", "add", "haiphong", "Xã Cam Lạc", "--kind", "commune"))
    assert "haiphong/camlac" in message
    assert "--code" in message
    assert {path.name for path in (copy.root / "sites/haiphong").iterdir()} == before
    site = added(copy, "haiphong", "Xã Cam Lạc", "--kind", "commune", "--code", "99002")
    assert (site["id"], site["host"]) == ("haiphong/camlac-99002", "camlac-99002.haiphong.gov.vn")
    message = refused(copy.congtin("site", "add", "haiphong", "Xã Càm Lạc", "--kind", "commune", "--code", "99002"))
    assert "camlac" in message


def test_add_sees_that_the_label_of_the_two_cam_giang_is_ambiguous(copy):
    """A third Cẩm Giang would get the bare label that the two real ones deliberately leave free."""
    site = added(copy, "haiphong", "Xã Cẩm Giảng", "--kind", "commune", "--code", "99003", "--label", "camgiang-99003")
    assert site["host"] == "camgiang-99003.haiphong.gov.vn"


def test_add_where_labels_must_be_full_names_cannot_break_the_rule(copy):
    """In Hà Nội a ward's label is its full name; another label is refused and nothing is written."""
    message = refused(copy.congtin("site", "add", "hanoi", "Phường Sao Khuê", "--kind", "ward", "--label", "sk"))
    assert "saokhue" in message
    assert not (copy.root / "sites/hanoi/sk.yaml").exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("hanoi", "???", "--kind", "ward"), "--label"),
        (("hanoi", "   ", "--kind", "ward"), ""),
        (("hanoi", "越南", "--kind", "ward"), "--label"),
        (("hanoy", "Phường Sao", "--kind", "ward"), "hanoi"),
        (("hanoi", "Phường Sao", "--kind", "warden"), "ward"),
        (("hanoi", "Cổng Sao", "--kind", "portal"), "portal.yaml"),
        (("hanoi", "Sở Sao", "--kind", "department", "--label", "Sở"), "--label"),
        (("hanoi", "Sở Sao", "--kind", "department", "--label", "a" * 64), ""),
        (("hanoi", "Sở Sao", "--kind", "department", "--label", "../x"), ""),
        (("hanoi", "Sở Sao", "--kind", "department", "--code", '1"\nhost: x.vn'), ""),
        (("hanoi", "Phường", "--kind", "ward"), ""),
        (("hanoi", "Sở Sao", "--kind", "department", "--label", "portal"), "--label"),
        (("hanoi", "Sở Sao", "--kind", "department", "--label", "portal", "--code", "1"), "--label"),
        (("hanoi", "Sở Sao", "--kind", "department", "--label", "a" * 300), "--label"),
        (("hanoi", "Sở Sao", "--kind", "department", "--code", "12a"), "12a"),
        (("hanoi", "Sở Sao", "--kind", "department", "--code", "1" * 11), "digits"),
        (("hanoi", "Sở Sao", "--kind", "department", "--code", "١٢"), "digits"),
        (("hanoi", "Sở Sao", "--kind", "department", "--code", ""), "digits"),
        (("hanoi", "Sở\u202e Sao", "--kind", "department"), "no name"),
    ],
)
def test_add_refuses_what_cannot_be_a_site(copy, arguments, word):
    """A bad name, kind, label, code or Portal leaves no file behind."""
    before = {path: path.read_bytes() for path in (copy.root / "sites").rglob("*") if path.is_file()}
    assert word in refused(copy.congtin("site", "add", *arguments))
    assert {path: path.read_bytes() for path in (copy.root / "sites").rglob("*") if path.is_file()} == before


def test_add_keeps_names_that_yaml_could_misread(copy):
    """Quotes, colons and words such as “No” stay the text they are."""
    site = added(copy, "hungyen", 'Sở "No": thử # ghi chú', "--kind", "department", "--label", "sono")
    assert site["name"] == {"vi": 'Sở "No": thử # ghi chú'}


def test_add_writes_names_as_nfc(copy):
    """A name pasted with combining accents is stored like all others."""
    decomposed = unicodedata.normalize("NFD", "Xã Đông Tảo Mới")
    site = added(copy, "hungyen", decomposed, "--kind", "commune", "--code", "99004")
    assert site["name"] == {"vi": "Xã Đông Tảo Mới"}
    assert site["short_name"] == {"vi": "Đông Tảo Mới"}
