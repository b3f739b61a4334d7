"""Everything published, as data: API, OpenAPI, CSV, database, catalogue; all from one schema (I1, I2, I7)."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from functools import cache
from typing import Any

import openapi_schema_validator
import openapi_spec_validator
import pyshacl
import pytest
import rdflib
from drawn import pdf, png
from network import REPOSITORY, TinyNetwork, article, document, item_id, translation
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, RDF

from congtin.build import api_models as models
from congtin.build.manifest import Manifest
from congtin.model import EditionKey
from congtin.release import database

PAPER = pdf("Toan van quyet dinh ve cau moi")
NEWS, DOCUMENTS = "content/ha/portal/tin-tuc/2026", "content/ha/portal/van-ban/2026"
DATA = "ha.gov.vn/api/v1"
# What DCAT-AP 3 makes mandatory, and what a harvester needs besides.
DCAT_SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix : <urn:shape:> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
:Catalog a sh:NodeShape ; sh:targetClass dcat:Catalog ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ] , [ sh:path dct:description ; sh:minCount 1 ] ,
    [ sh:path dct:publisher ; sh:minCount 1 ; sh:maxCount 1 ; sh:class foaf:Agent ] ,
    [ sh:path dcat:dataset ; sh:minCount 1 ; sh:class dcat:Dataset ] .
:Dataset a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:nodeKind sh:IRI ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ] , [ sh:path dct:description ; sh:minCount 1 ] ,
    [ sh:path dct:publisher ; sh:maxCount 1 ; sh:class foaf:Agent ] ,
    [ sh:path dcat:distribution ; sh:minCount 1 ; sh:class dcat:Distribution ] .
:Distribution a sh:NodeShape ; sh:targetClass dcat:Distribution ;
  sh:property [ sh:path dcat:accessURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path dcat:mediaType ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] .
:Service a sh:NodeShape ; sh:targetClass dcat:DataService ;
  sh:property [ sh:path dcat:endpointURL ; sh:minCount 1 ] , [ sh:path dcat:endpointDescription ; sh:minCount 1 ] ,
    [ sh:path dct:title ; sh:minCount 1 ] .
:Agent a sh:NodeShape ; sh:targetClass foaf:Agent ; sh:property [ sh:path foaf:name ; sh:minCount 1 ] .
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> TinyNetwork:
    """Return a built network with an example of everything the schema tells of."""
    bridge = article(
        1, "Đường mới", tags="[giao-thong]", author="Phòng Hạ tầng", crosspost="[ha/lim]", image="a.files/a.png",
        image_alt="Cầu", source="{name: Báo Mới, url: 'https://bao.example/1'}",
    )  # fmt: skip
    old = document(2, "14/2025/QĐ-UBND", issued="2025-09-01", title="'=1+1'")
    new = document(
        3, effective="2026-09-10", replaces=f"[{item_id(2)}]", recipients="[Sở A, Phường B]",
        signatory_post="Chủ tịch", attachments="[{file: moi.files/qd.pdf, title: Toàn văn}]",
    )  # fmt: skip
    gone = article(4, withdrawn="{at: 2026-11-01T00:00:00+07:00, reason: Sai số liệu}")
    net = TinyNetwork.create(
        tmp_path_factory.mktemp("city") / "network",
        f"-- {NEWS}/a.vi.md --\n{bridge}",
        f"-- {NEWS}/a.en.md --\n" + translation(bridge, "New road", image_alt="Bridge"),
        f"-- {DOCUMENTS}/cu.vi.md --\n{old}", f"-- {DOCUMENTS}/moi.vi.md --\n{new}", f"-- {NEWS}/b.vi.md --\n{gone}",
        "-- content/ha/lim/tin-tuc/2026/c.vi.md --\n" + article(5, "Tin phường", date="2026-11-02T08:00:00+07:00"),
    )  # fmt: skip
    portal = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
    shown = portal.replace("languages: [vi, en]", "languages: [vi, en]\n  fallback: {en: show-original}")
    net.put("sites/ha/portal.yaml", shown)
    net.put(f"{NEWS}/a.files/a.png", png())
    net.put(f"{DOCUMENTS}/moi.files/qd.pdf", PAPER)
    net.build()
    return net


def loaded(net: TinyNetwork, path: str) -> Any:
    return json.loads((net.output / path).read_bytes())


@cache
def judge(described: str, name: str) -> openapi_schema_validator.OAS31Validator:
    schemas = {"components": json.loads(described)["components"], "$ref": f"#/components/schemas/{name}"}
    return openapi_schema_validator.OAS31Validator(schemas)


def model_of(path: str) -> str:
    last = path.rpartition("/")[2]
    return {"site.json": "SiteFacts", "sites.json": "Sites"}.get(last, "Entries")


def data_files(net: TinyNetwork) -> list[str]:
    files = [file.relative_to(net.output).as_posix() for file in net.output.glob("**/api/v1/**/*.json")]
    return sorted(name for name in files if not name.endswith("openapi.json"))


def test_every_file_is_what_the_openapi_document_says(city):
    """The description is sound OpenAPI 3.1, names every file there is, and each file keeps its schema."""
    described = city.text(f"{DATA}/openapi.json")
    openapi_spec_validator.validate(json.loads(described))
    assert not list(city.output.glob("**/english/**/openapi.json")), "once for a Portal"
    files = data_files(city)
    assert len(files) == 9
    for name in files:
        judge(described, model_of(name)).validate(loaded(city, name))
    for path, operation in json.loads(described)["paths"].items():
        if "{" not in path and "sqlite3" not in path:
            assert (city.output / f"{DATA}{path}").is_file(), path
            assert operation["get"]["responses"]["200"]["content"]
    broken = loaded(city, f"{DATA}/items.json")
    broken["entries"][0]["publishd"] = broken["entries"][0].pop("published")
    assert not judge(described, "Entries").is_valid(broken), "the judge is awake"


def test_the_api_tells_what_was_published_and_by_whom(city):
    """Original, copy, translation, text shown for want of one; what was withdrawn is named, its text is not."""
    page = loaded(city, f"{DATA}/items.json")
    by_id = {entry["id"]: entry for entry in page["entries"]}
    road = by_id[item_id(1)]
    assert (road["role"], road["title"], road["html"]) == ("original", "Đường mới", "<p>Nội dung.</p>\n")
    assert road["image"] == "https://ha.gov.vn/tin-tuc/2026/a/a.png" and road["source_url"] == "https://bao.example/1"
    assert by_id[item_id(3)]["document"] == {
        "number": "15/2026/QĐ-UBND", "type": "quyet-dinh", "type_label": "Quyết định", "issuer": "UBND thành phố Ha",
        "signatory_post": "Chủ tịch", "issued": "2026-09-01", "effective": "2026-09-10", "field": "giao-thong",
        "field_label": "Giao thông", "state": "in-force", "recipients": ["Sở A", "Phường B"],
        "replaces": [item_id(2)],
        "files": [{"title": "Toàn văn", "url": "https://ha.gov.vn/van-ban/2026/moi/qd.pdf", "type": "application/pdf",
                   "size": len(PAPER)}],
    }  # fmt: skip
    assert by_id[item_id(2)]["document"]["replaced_by"] == item_id(3)
    assert [gone["id"] for gone in page["withdrawn"]] == [item_id(4)] and item_id(4) not in by_id
    (copy,) = [e for e in loaded(city, "lim.ha.gov.vn/api/v1/items.json")["entries"] if e["id"] == item_id(1)]
    assert (copy["role"], copy["agency"], copy["canonical"]) == ("crosspost", "ha/portal", road["url"])
    assert "html" not in copy and copy["url"].startswith("https://lim.ha.gov.vn/tin-thanh-pho/")
    english = {e["id"]: e for e in loaded(city, "ha.gov.vn/english/api/v1/items.json")["entries"]}
    assert (english[item_id(1)]["title"], english[item_id(1)]["text_lang"]) == ("New road", "en")
    assert (english[item_id(3)]["role"], english[item_id(3)]["text_lang"]) == ("fallback", "vi")
    sites = loaded(city, f"{DATA}/sites.json")["sites"]
    assert [site["id"] for site in sites] == ["ha/portal", "ha/lim", "ha/mai"]
    for site in sites:
        for version in site["languages"]:
            facts = loaded(city, version["data"].removeprefix("https://"))
            assert (facts["id"], facts["lang"]) == (site["id"], version["lang"])
            assert (city.output / facts["feed"].removeprefix("https://")).is_file()
    assert loaded(city, f"{DATA}/site.json")["contact"] == {"email": "bientap@ha.gov.vn"}


def test_a_new_item_changes_the_newest_page_of_data_alone(tiny):
    """205 Items: the oldest hundred stand on a page that stays as it is, and is not made again."""
    texts = [f"-- {NEWS}/t{n}.vi.md --\n" + article(n, f"Tin {n}", date=f"2026-01-01T00:00:{n % 60:02}+07:00") for n in
             range(1, 206)]  # fmt: skip
    net = tiny(*texts)
    net.build()
    front, page = loaded(net, f"{DATA}/items.json"), loaded(net, f"{DATA}/items/2026-1.json")
    assert (len(front["entries"]), len(page["entries"]), front["older"]) == (105, 100, page["url"])
    assert page["newer"] == front["url"] and "older" not in page
    before = (net.output / f"{DATA}/items/2026-1.json").read_bytes()
    net.write(f"-- {NEWS}/moi.vi.md --\n" + article(900, "Mới", date="2026-11-01T08:00:00+07:00"))
    net.build()
    made = Manifest.load(net.root / ".congtin", EditionKey("ha/portal", "vi")).reasons
    assert f"{DATA}/items.json" in made and f"{DATA}/items/2026-1.json" not in made
    assert not [name for name in made if name.startswith("ha.gov.vn/du-lieu-mo/")], "the catalogue shows no news"
    assert (net.output / f"{DATA}/items/2026-1.json").read_bytes() == before
    assert loaded(net, f"{DATA}/items.json")["entries"][0]["title"] == "Mới"


def test_an_item_of_another_year_leaves_the_other_years_pages_as_they_are(tiny):
    """What is offered to a Site long after it was published changes the data of its own year alone."""
    days = {1: "2023-05-04", 2: "2024-12-31", 3: "2025-01-01", 4: "2026-03-02"}
    net = tiny(*(f"-- {NEWS}/t{n}.vi.md --\n" + article(n, f"Tin {n}", date=f"{day}T00:00:00+07:00") for n, day in
                 days.items()))  # fmt: skip
    net.build()
    names = ["items.json", "items/2025.json", "items/2024.json", "items/2023.json"]
    pages = [loaded(net, f"{DATA}/{name}") for name in names]
    assert [page["year"] for page in pages] == [2026, 2025, 2024, 2023]
    assert [[entry["id"] for entry in page["entries"]] for page in pages] == [[item_id(n)] for n in (4, 3, 2, 1)]
    addresses = [f"https://{DATA}/{name}" for name in names]
    assert [page["url"] for page in pages] == addresses
    assert [page.get("older") for page in pages] == [*addresses[1:], None]
    assert [page.get("newer") for page in pages] == [None, *addresses[:-1]]
    net.write(f"-- {NEWS}/cu.vi.md --\n" + article(900, "Tin cũ", date="2024-02-03T08:00:00+07:00"))
    net.build()
    made = Manifest.load(net.root / ".congtin", EditionKey("ha/portal", "vi")).reasons
    assert [name for name in names if f"{DATA}/{name}" in made] == ["items/2024.json"]
    net.write(f"-- {NEWS}/dau.vi.md --\n" + article(901, "Tin đầu năm", date="2027-01-01T00:00:00+07:00"))
    net.now = datetime.fromisoformat("2027-01-02T08:00:00+07:00")
    net.build()
    assert [entry["title"] for entry in loaded(net, f"{DATA}/items.json")["entries"]] == ["Tin đầu năm"]
    assert loaded(net, f"{DATA}/items.json")["older"] == f"https://{DATA}/items/2026.json"
    assert loaded(net, f"{DATA}/items/2026.json") == {**pages[0], "url": f"https://{DATA}/items/2026.json",
                                                      "newer": f"https://{DATA}/items.json"}  # fmt: skip


def test_documents_are_a_table_that_any_spreadsheet_opens(city):
    """UTF-8 with its mark, RFC 4180, the columns of the model, the facts of the API; no cell is a formula."""
    data = (city.output / f"{DATA}/documents.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\r\n") == 3 and b"\n" not in data.replace(b"\r\n", b"")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert list(rows[0]) == list(models.DocumentRow.model_fields)
    entries = {e["id"]: e for e in loaded(city, f"{DATA}/items.json")["entries"] if e["kind"] == "document"}
    assert {row["id"] for row in rows} == set(entries)
    for row in rows:
        facts = entries[row["id"]]["document"]
        for name in ("number", "type", "issuer", "issued", "effective", "field_label", "state", "signatory_post"):
            assert row[name] == (facts.get(name) or ""), name
        assert row["files"].split() == [file["url"] for file in facts["files"]]
    assert {row["title"] for row in rows} == {"'=1+1", "Quyết định 3"}
    assert not (city.output / "lim.ha.gov.vn/api/v1/documents.csv").exists(), "no documents, no table"
    assert "documents_csv" not in loaded(city, "lim.ha.gov.vn/api/v1/site.json")


def rows_of(db: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    db.row_factory = sqlite3.Row
    return [dict(row) for row in db.execute(f"SELECT * FROM {table}")]  # noqa: S608


def as_published(row: dict[str, Any], model: type[models.ApiModel], without: tuple[str, ...]) -> dict[str, Any]:
    """Return a row as the API says it: JSON taken apart, what is not known left out."""
    found = {}
    for name, value in row.items():
        if name not in without and value is not None:
            kind = str(model.model_fields[name].annotation)
            apart = isinstance(value, str) and ("list[" in kind or "dict[" in kind or "ContactFacts" in kind)
            found[name] = json.loads(value) if apart else bool(value) if kind == "<class 'bool'>" else value
    return found


def test_every_row_of_the_database_is_what_the_api_says(city, tmp_path):
    """Both ways: nothing is in one and not in the other; the same files make the same bytes."""
    (sites,) = database.portals_of(city.output).values()
    files = tmp_path / "a.sqlite3", tmp_path / "b.sqlite3"
    assert [database.make(city.output, sites, file) for file in files] == [8, 8]
    assert files[0].read_bytes() == files[1].read_bytes()
    pages = [loaded(city, name) for name in data_files(city) if model_of(name) == "Entries"]
    facts = [loaded(city, name) for name in data_files(city) if model_of(name) == "SiteFacts"]
    with closing(sqlite3.connect(files[0])) as db:
        documents = {(r["site"], r["lang"], r["id"]): r for r in rows_of(db, "documents")}
        found = []
        for row in rows_of(db, "items"):
            place = (row["site"], row["lang"], row["id"])
            entry = as_published(row, models.Entry, ("site", "lang"))
            if place in documents:
                entry["document"] = as_published(documents.pop(place), models.DocumentFacts, ("site", "lang", "id"))
            found.append((*place[:2], json.dumps(entry, sort_keys=True)))
        published = [(p["site"], p["lang"], json.dumps(e, sort_keys=True)) for p in pages for e in p["entries"]]
        assert sorted(found) == sorted(published) and not documents
        known = [json.dumps(as_published(row, models.SiteFacts, ()), sort_keys=True) for row in rows_of(db, "sites")]
        assert sorted(known) == sorted(json.dumps(site, sort_keys=True) for site in facts)
        gone = [(r["site"], r["lang"], r["id"]) for r in rows_of(db, "withdrawn")]
        assert sorted(gone) == sorted((p["site"], p["lang"], g["id"]) for p in pages for g in p["withdrawn"])
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


@pytest.mark.parametrize("words", ["duong moi", "Đường mới".replace("Đ", "D"), "dường"])
def test_the_database_is_searched_with_and_without_accents(city, tmp_path, words):
    """Titles, numbers and abstracts of originals; đ is d, which SQLite does not know by itself."""
    (sites,) = database.portals_of(city.output).values()
    database.make(city.output, sites, tmp_path / "a.sqlite3")
    found = "SELECT items.title FROM items JOIN search ON search.rowid = items.rowid WHERE search MATCH ? AND site = ?"
    with closing(sqlite3.connect(tmp_path / "a.sqlite3")) as db:
        assert ("Đường mới",) in db.execute(found, (words, "ha/portal")).fetchall()
        assert db.execute(found, ('"15/2026/qd-ubnd"', "ha/portal")).fetchall() == [("Quyết định 3",)]


def test_data_that_is_not_ours_makes_no_database(city, tmp_path):
    """A damaged file, and an address that leads out of the tree, are sentences; nothing is written in their place."""
    tree, target = tmp_path / "tree", tmp_path / "x.sqlite3"
    shutil.copytree(city.output, tree)
    (sites,) = database.portals_of(tree).values()
    data = json.loads(sites.read_bytes())
    good = sites.read_bytes()
    data["sites"][0]["languages"][0]["data"] = "https://ha.gov.vn/api/v1/../../../../etc/passwd"
    sites.write_text(json.dumps(data), "utf-8")
    with pytest.raises(database.DataDamaged, match="no address of published data"):
        database.make(tree, sites, target)
    place = tmp_path / "databases"
    told = city.congtin("database", "--output", str(tree), "--to", str(place))
    assert told.returncode == 1 and "no address of published data" in told.stderr and "Traceback" not in told.stderr
    assert not list(place.glob("**/*sqlite3*"))
    sites.write_bytes(good)
    (tree / f"{DATA}/site.json").write_text("{}", "utf-8")
    with pytest.raises(database.DataDamaged, match=r"site\.json is not published data"):
        database.make(tree, tree / f"{DATA}/sites.json", tmp_path / "y.sqlite3")


def test_a_person_makes_the_database_of_what_was_built(city):
    """`congtin database` writes one file for each Portal, and again the same bytes."""
    told = city.congtin("database")
    file = city.root / ".congtin/databases/ha.gov.vn/api/v1/portal.sqlite3"
    assert told.returncode == 0 and "Items: 8" in told.stdout, told.stderr
    first = file.read_bytes()
    assert city.congtin("database").returncode == 0 and file.read_bytes() == first
    assert "no published data" in city.congtin("database", "--output", str(city.root / "sites")).stderr


def test_the_catalogue_is_dcat_and_leads_to_files_that_exist(city):
    """Turtle and JSON-LD say the same; the shapes of DCAT-AP hold; a harvester finds every file but the database."""
    folder = city.output / "ha.gov.vn/du-lieu-mo"
    turtle = rdflib.Graph().parse(folder / "catalog.ttl", format="turtle")
    linked = rdflib.Graph().parse(folder / "catalog.jsonld", format="json-ld")
    assert isomorphic(turtle, linked)
    sound, _, text = pyshacl.validate(turtle, shacl_graph=DCAT_SHAPES, shacl_graph_format="turtle")
    assert sound, text
    known = {str(DCAT[name]) for name in DCAT.__annotations__}
    used = {
        str(word) for word in (*turtle.predicates(), *turtle.objects(None, RDF.type)) if str(word).startswith(str(DCAT))
    }
    assert used <= known
    files = {str(url).removeprefix("https://") for url in turtle.objects(None, DCAT.downloadURL)}
    assert files == {f"{DATA}/{name}" for name in ("items.json", "portal.sqlite3", "sites.json", "documents.csv")}
    assert all((city.output / name).is_file() for name in files if not name.endswith("sqlite3"))
    assert not list(city.output.glob("lim*/du-lieu-mo/*"))
    wrong = turtle.remove((None, DCAT.mediaType, None))
    assert not pyshacl.validate(wrong, shacl_graph=DCAT_SHAPES, shacl_graph_format="turtle")[0], "the judge is awake"


def test_the_catalogue_is_the_same_in_every_process(city):
    """Neither the order of memory nor the seed of hashes shows in the bytes."""
    seen = set()
    for seed in ("1", "2"):
        target = city.root / f"again{seed}"
        subprocess.run(
            [sys.executable, "-m", "congtin", "--root", str(city.root), "--now", city.now.isoformat(), "build",
             "--output", str(target), "ha/portal"],
            check=True, capture_output=True, cwd=city.root, timeout=120,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(REPOSITORY)},
        )  # fmt: skip
        seen.add(tuple((target / "ha.gov.vn/du-lieu-mo" / n).read_bytes() for n in ("catalog.ttl", "catalog.jsonld")))
    assert len(seen) == 1


def test_what_becomes_of_a_site_reaches_its_portals_list(tiny):
    """A ward that is retired stands so in `sites.json` of a Portal that shows nothing else of it (A17)."""
    net = tiny()
    net.build()
    assert [site["status"] for site in loaded(net, f"{DATA}/sites.json")["sites"]] == ["live"] * 3
    ward = (net.root / "sites/ha/lim.yaml").read_text("utf-8")
    net.put("sites/ha/lim.yaml", f"{ward}status: retired\nretired_on: 2026-06-30\nsuccessor: ha/mai\n")
    net.build()
    assert [site["status"] for site in loaded(net, f"{DATA}/sites.json")["sites"]] == ["live", "retired", "live"]
