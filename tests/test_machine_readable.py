"""What programs are told of a page: JSON-LD, Dublin Core, Open Graph, feeds, OpenSearch (I1, I7, L42-4a, P1)."""

from __future__ import annotations

import json

import jsonschema
import linked
from drawn import pdf, png
from lxml import etree
from network import REPOSITORY, article, document, item_id, translation

from congtin.build.pipeline import build
from congtin.build.request import BuildRequest
from congtin.model import Profile

SCHEMAS = REPOSITORY / "tests/schemas"
PAPER = pdf("Toan van quyet dinh ve cau moi")
NEWS, DOCUMENTS = "content/ha/portal/tin-tuc/2026", "content/ha/portal/van-ban/2026"
EVIL = "</script><script>alert(1)</script><!--<script>"


def metas(page: etree._Element, attribute: str, prefix: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for meta in page.xpath(f"//head/meta[starts-with(@{attribute}, '{prefix}')]"):
        found.setdefault(meta.get(attribute).removeprefix(prefix), []).append(meta.get("content"))
    return found


def test_an_article_says_who_published_what_when(tiny):
    """The facts of the front matter, once in each vocabulary; the author's line is a credit, not a guessed person."""
    text = article(
        1, "Cầu mới", tags="[giao-thong]", author="Phòng Hạ tầng", updated="2026-10-06T09:00:00+07:00",
        change_note="Sửa ngày", source="{name: Báo Mới, url: 'https://bao.example/1'}",
    )  # fmt: skip
    net = tiny(f"-- {NEWS}/cau.vi.md --\n{text}", f"-- {NEWS}/cau.en.md --\n" + translation(text, "New bridge"))
    net.build("ha/portal")
    html = net.text("ha.gov.vn/tin-tuc/2026/cau")
    url = "https://ha.gov.vn/tin-tuc/2026/cau/"
    assert linked.nodes(html)["NewsArticle"] == {
        "@type": "NewsArticle",
        "@id": f"{url}#item",
        "url": url,
        "mainEntityOfPage": url,
        "headline": "Cầu mới",
        "description": "Tóm tắt 1.",
        "inLanguage": "vi",
        "datePublished": "2026-10-05T08:30:00+07:00",
        "dateModified": "2026-10-06T09:00:00+07:00",
        "publisher": {"@type": "GovernmentOrganization", "@id": "https://ha.gov.vn/#agency", "name": "Cổng Ha"},
        "creditText": "Phòng Hạ tầng",
        "keywords": ["Giao thông"],
        "isBasedOn": "https://bao.example/1",
        "isAccessibleForFree": True,
    }
    steps = linked.nodes(html)["BreadcrumbList"]["itemListElement"]
    assert [(s["position"], s["name"], s["item"]) for s in steps] == [
        (1, "Cổng Ha", "https://ha.gov.vn/"), (2, "Tin tức", "https://ha.gov.vn/tin-tuc/"), (3, "Cầu mới", url),
    ]  # fmt: skip
    page = net.page("ha.gov.vn/tin-tuc/2026/cau")
    core = metas(page, "name", "DCTERMS.")
    assert core == {
        "title": ["Cầu mới"], "language": ["vi"], "publisher": ["Cổng Ha"], "identifier": [url],
        "creator": ["Phòng Hạ tầng"], "modified": ["2026-10-06T09:00:00+07:00"], "subject": ["Giao thông"],
        "issued": ["2026-10-05T08:30:00+07:00"],
    }  # fmt: skip
    graph = metas(page, "property", "og:")
    assert graph["type"] == ["article"] and graph["url"] == [url] and graph["locale"] == ["vi_VN"]
    assert "image" not in graph, "no picture, so none is claimed"
    english = linked.nodes(net.text("ha.gov.vn/english/tin-tuc/2026/cau"))["NewsArticle"]
    assert english["inLanguage"] == "en" and english["translationOfWork"] == {"@id": f"{url}#item"}
    assert english["publisher"]["@id"] == "https://ha.gov.vn/#agency", "one agency in all its languages"
    assert metas(net.page("ha.gov.vn/english/tin-tuc/2026/cau"), "property", "og:")["locale"] == ["en_US"]


def test_a_document_says_what_it_is_and_whether_it_is_in_force(tiny):
    """Number, type, issuer, dates, files, what it replaces: the facts that L42-4a wants, for programs too."""
    old = document(1, "14/2025/QĐ-UBND", issued="2025-09-01")
    new = document(
        2, effective="2026-09-10", expires="2027-01-01", replaces=f"[{item_id(1)}]",
        attachments="[{file: moi.files/qd.pdf, title: Toàn văn}]",
    )  # fmt: skip
    net = tiny(f"-- {DOCUMENTS}/cu.vi.md --\n{old}", f"-- {DOCUMENTS}/moi.vi.md --\n{new}")
    net.put(f"{DOCUMENTS}/moi.files/qd.pdf", PAPER)
    net.build("ha/portal")
    html = net.text("ha.gov.vn/van-ban/2026/moi")
    law = linked.nodes(html)["Legislation"]
    assert law["legislationIdentifier"] == "15/2026/QĐ-UBND"
    assert law["legislationType"] == "Quyết định" and law["legislationDate"] == "2026-09-01"
    assert law["legislationPassedBy"] == {"@type": "GovernmentOrganization", "name": "UBND thành phố Ha"}
    assert law["legislationLegalForce"] == "https://schema.org/InForce" and law["expires"] == "2027-01-01"
    assert law["legislationChanges"] == [{"@id": "https://ha.gov.vn/van-ban/2026/cu/#item"}]
    (file,) = law["encoding"]
    assert file == {
        "@type": "MediaObject", "name": "Toàn văn", "contentUrl": "https://ha.gov.vn/van-ban/2026/moi/qd.pdf",
        "encodingFormat": "application/pdf", "contentSize": f"{len(PAPER)} B",
    }  # fmt: skip
    core = metas(net.page("ha.gov.vn/van-ban/2026/moi"), "name", "DCTERMS.")
    assert core["identifier"] == ["https://ha.gov.vn/van-ban/2026/moi/", "15/2026/QĐ-UBND"]
    assert core["valid"] == ["start=2026-09-10; end=2027-01-01;"]
    replaced = net.text("ha.gov.vn/van-ban/2026/cu")
    assert "legislationLegalForce" not in linked.nodes(replaced)["Legislation"], "nobody said since when"
    assert metas(net.page("ha.gov.vn/van-ban/2026/cu"), "name", "DCTERMS.")["isReplacedBy"] == [
        "https://ha.gov.vn/van-ban/2026/moi/"
    ]
    for page in (html, replaced):
        graph = linked.rdf(page)
        assert not linked.unknown_words(graph)
        assert not list(linked.complaints(graph))


def test_the_home_page_tells_of_the_agency_and_nothing_that_is_not_known(tiny):
    """Contact facts of `sites/`; no telephone is known, so none is there; search is named where there is some."""
    net = tiny()
    net.build()
    found = linked.nodes(net.text("ha.gov.vn/english"))
    assert found["GovernmentOrganization"] == {
        "@type": "GovernmentOrganization", "@id": "https://ha.gov.vn/#agency", "name": "Ha Portal",
        "url": "https://ha.gov.vn/english/", "email": "bientap@ha.gov.vn",
    }  # fmt: skip
    assert found["WebSite"]["inLanguage"] == "en"
    ward = linked.nodes(net.text("lim.ha.gov.vn"))["WebSite"]
    assert ward["isPartOf"] == {"@type": "WebSite", "name": "Cổng Ha", "url": "https://ha.gov.vn/"}
    for folder in ("ha.gov.vn", "ha.gov.vn/english", "lim.ha.gov.vn"):
        has_search = (net.output / folder / "tim-kiem/index.html").exists()
        site = linked.nodes(net.text(folder))["WebSite"]
        assert ("potentialAction" in site) == has_search == (net.output / folder / "opensearch.xml").exists()
        assert bool(net.page(folder).xpath("//head/link[@rel='search']")) == has_search
        if has_search:
            target = site["potentialAction"]["target"]["urlTemplate"]
            assert target == f"https://{folder}/tim-kiem/?q={{search_term_string}}"


def test_no_text_of_a_person_ends_the_script_or_an_attribute(tiny):
    """What an editor writes stays data: titles, summaries, authors, tags with markup, quotes and comments."""
    title = f"'{EVIL} \" onload=x'"
    net = tiny(
        f"-- {NEWS}/a.vi.md --\n" + article(1, title, author=f"'{EVIL}'", summary=f"'{EVIL}'"),
        f"-- {DOCUMENTS}/d.vi.md --\n" + document(2, issuer=f"'{EVIL}'", abstract=f"'{EVIL}'"),
    )
    net.build("ha/portal")
    for path in ("ha.gov.vn/tin-tuc/2026/a", "ha.gov.vn/van-ban/2026/d", "ha.gov.vn/tin-tuc", "ha.gov.vn"):
        page, html = net.page(path), net.text(path)
        assert html.count("<script") == len(page.xpath("//script"))
        assert not [
            script for script in page.xpath("//script[not(@src)]") if script.get("type") != "application/ld+json"
        ]
        assert "alert(1)</script>" not in html
        assert not page.xpath("//head//*[@onload]")
    found = linked.nodes(net.text("ha.gov.vn/tin-tuc/2026/a"))["NewsArticle"]
    assert found["creditText"] == EVIL and found["headline"].startswith(EVIL)
    assert metas(net.page("ha.gov.vn/tin-tuc/2026/a"), "property", "og:")["description"] == [EVIL]


def test_pages_about_nothing_say_nothing(tiny):
    """Not found, moved, withdrawn: no machine shall keep these as things of their own."""
    withdrawn = article(1, withdrawn="{at: 2026-11-01T00:00:00+07:00, reason: Sai}", aliases="[/tin-tuc/2026/cu/]")
    net = tiny(
        f"-- {NEWS}/a.vi.md --\n{withdrawn}", f"-- {NEWS}/b.vi.md --\n" + article(2, aliases="[/tin-tuc/2026/xua/]")
    )
    net.build("ha/portal")
    for path in ("404.html", "tin-tuc/2026/a/index.html", "tin-tuc/2026/xua/index.html"):
        html = net.text(f"ha.gov.vn/{path}")
        assert "ld+json" not in html and "DCTERMS" not in html and "og:" not in html, path


def test_a_copy_is_the_same_thing_as_its_original(tiny):
    """A cross-posted article has the origin's name, address and agency on every Site (F6, P1)."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1, crosspost="[ha/lim]"))
    net.build()
    here = linked.nodes(net.text("ha.gov.vn/tin-tuc/2026/a"))["NewsArticle"]
    there = linked.nodes(net.text("lim.ha.gov.vn/tin-thanh-pho/2026/a"))["NewsArticle"]
    assert here == there
    steps = linked.nodes(net.text("lim.ha.gov.vn/tin-thanh-pho/2026/a"))["BreadcrumbList"]["itemListElement"]
    assert steps[0]["item"] == "https://lim.ha.gov.vn/", "but the reader stands on the ward's Site"


def test_what_was_written_to_show_the_website_says_so(tiny):
    """A program can leave demonstration data out."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1, demo="true"))
    net.build("ha/portal")
    assert (
        linked.nodes(net.text("ha.gov.vn/tin-tuc/2026/a"))["NewsArticle"]["creativeWorkStatus"] == "Dữ liệu trình diễn"
    )


def test_an_edit_of_a_fact_reaches_the_head(tiny):
    """A page that was kept would tell programs the old fact: keys see what heads show."""
    offered = article(1, crosspost="[ha/lim]")
    net = tiny(f"-- {NEWS}/a.vi.md --\n{offered}", f"-- {DOCUMENTS}/d.vi.md --\n" + document(2))
    net.build()
    portal = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
    net.put("sites/ha/portal.yaml", portal.replace("name: {vi: Cổng Ha, en: Ha Portal}", "name: {vi: Cổng Hạ}"))
    net.write(f"-- {DOCUMENTS}/e.vi.md --\n" + document(3, "16/2026/QĐ-UBND", replaces=f"[{item_id(2)}]"))
    net.build()
    copy_of = linked.nodes(net.text("lim.ha.gov.vn/tin-thanh-pho/2026/a"))["NewsArticle"]
    assert copy_of["publisher"]["name"] == "Cổng Hạ"
    assert metas(net.page("ha.gov.vn/van-ban/2026/d"), "name", "DCTERMS.")["isReplacedBy"]
    kept = net.files()
    build(BuildRequest(net.root, net.root / "clean", net.root / "clean/.congtin", net.now, Profile.WORK, full=True))
    clean = {n: (net.root / "clean" / n).read_bytes() for n in kept if not n.startswith(".")}
    assert clean == {n: data for n, data in kept.items() if not n.startswith(".")}


def test_feeds_are_what_their_formats_want(tiny):
    """Atom by the grammar of RFC 4287, JSON Feed 1.1 by its schema; all three tell of the same entries."""
    grammar = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
    schema = json.loads((SCHEMAS / "json-feed.json").read_text("utf-8"))
    net = tiny(
        f"-- {NEWS}/a.vi.md --\n"
        + article(1, "Tin & <b>", image="a.files/a.png", image_alt="'Cầu'", updated="2026-10-06"),
        f"-- {DOCUMENTS}/d.vi.md --\n" + document(2),
    )
    net.put(f"{NEWS}/a.files/a.png", png())
    net.build()
    for folder in ("ha.gov.vn", "ha.gov.vn/tin-tuc", "ha.gov.vn/van-ban", "ha.gov.vn/english", "mai.ha.gov.vn"):
        atom = etree.parse(net.output / folder / "atom.xml")
        grammar.assertValid(atom)
        feed = json.loads((net.output / folder / "feed.json").read_bytes())
        jsonschema.validate(feed, schema)
        assert feed["feed_url"] == f"https://{folder}/feed.json"
        ids = [element.text for element in atom.iterfind("{*}entry/{*}id")]
        assert [item["id"] for item in feed["items"]] == ids
        link = {"type": "application/feed+json", "rel": "alternate"}
        hrefs = [e.get("href") for e in net.page(folder).iter("link") if all(e.get(k) == v for k, v in link.items())]
        assert f"/{folder.partition('/')[2]}/feed.json".replace("//", "/") in hrefs
    (entry,) = json.loads((net.output / "ha.gov.vn/tin-tuc/feed.json").read_bytes())["items"]
    assert entry["title"] == "Tin & <b>" and entry["image"] == "https://ha.gov.vn/tin-tuc/2026/a/a.png"
    assert entry["date_modified"] == "2026-10-06T00:00:00+07:00"
    assert not (net.output / "ha.gov.vn/gioi-thieu/feed.json").exists(), "fixed pages are no news"
    broken = etree.tostring(etree.parse(net.output / "ha.gov.vn/atom.xml")).replace(b"<id>", b"<ident>", 1)
    assert not grammar.validate(etree.fromstring(broken.replace(b"</id>", b"</ident>", 1))), "the judge is awake"


def test_a_judge_finds_words_that_schema_org_does_not_have(tiny):
    """The closed vocabulary and the shapes can fail."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1))
    net.build("ha/portal")
    html = net.text("ha.gov.vn/tin-tuc/2026/a")
    assert not list(linked.complaints(linked.rdf(html)))
    wrong = linked.rdf(html.replace('"headline"', '"headlne"'))
    assert {word.rpartition("/")[2] for word in linked.unknown_words(wrong)} == {"headlne"}
    assert "headline" in "".join(linked.complaints(wrong))
