"""The real network as machines read it: site maps, feeds, robots.txt and security.txt."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import feedparser
import jsonschema
import pytest
from lxml import etree
from network import NOON, REPOSITORY
from whole import WholeNetwork, message, shown

pytestmark = pytest.mark.slow

SCHEMAS = REPOSITORY / "tests/schemas"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
ATOM = "{http://www.w3.org/2005/Atom}"


def sitemap(whole: WholeNetwork, folder: str) -> etree._Element:
    return etree.fromstring((whole.output / folder / "sitemap.xml").read_bytes())


def test_every_site_map_lists_exactly_the_canonical_pages(whole):
    """What stands in sitemap.xml exists and is canonical, and nothing canonical is missing."""
    for edition in whole.editions:
        listed = [url.text for url in sitemap(whole, edition.folder).iter(f"{SITEMAP}loc")]
        canonical = {
            page.url
            for name, page in whole.pages.items()
            if whole.edition_of_file[name][0] == edition
            and whole.templates[name] not in ("404", "redirect", "withdrawn")
            and page.canonical == (page.url,)
        }
        assert len(listed) == len(set(listed)), edition.folder
        assert set(listed) == canonical, edition.folder
        assert len(listed) < 50_000


def test_site_maps_name_the_same_languages_as_the_pages(whole):
    """xhtml:link in a site map equals hreflang in the page."""
    for edition in whole.editions:
        for url in sitemap(whole, edition.folder).iter(f"{SITEMAP}url"):
            page = whole.by_url[url.findtext(f"{SITEMAP}loc")]
            links = tuple((link.get("hreflang"), link.get("href")) for link in url.iter(f"{XHTML}link"))
            assert links == page.alternates, page.file


def test_site_maps_say_when_items_were_last_changed(whole):
    """Every lastmod is a time with offset, and none lies after the build."""
    found = 0
    for edition in whole.editions:
        for element in sitemap(whole, edition.folder).iter(f"{SITEMAP}lastmod"):
            moment = datetime.fromisoformat(element.text)
            assert moment.tzinfo
            assert moment <= NOON
            found += 1
    assert found > 150


def test_robots_txt_names_the_site_maps_of_its_host(whole):
    """Each host has one robots.txt that lets robots in and names a site map for every Edition there."""
    for host in whole.hosts:
        lines = whole.text(f"{host}/robots.txt").splitlines()
        assert lines[:2] == ["User-agent: *", "Allow: /"]
        named = {line.removeprefix("Sitemap: ") for line in lines if line.startswith("Sitemap: ")}
        assert named == {f"{e.base_url}sitemap.xml" for e in whole.editions if e.host == host}
        assert all(whole.file_of(url) for url in named)


def test_security_txt_says_whom_to_tell(whole):
    """Each host names a contact, an end of validity within a year, and its own address (RFC 9116)."""
    for host in whole.hosts:
        name = f"{host}/.well-known/security.txt"
        fields = dict(line.split(": ", 1) for line in whole.text(name).splitlines())
        assert set(fields) == {"Contact", "Expires", "Preferred-Languages", "Canonical"}, host
        portal = next(
            whole.repository.network.portal_of(s)
            for s in whole.repository.network.sites.values()
            if any(e.host == host for e in s.editions)
        )
        contact = whole.repository.network.sites[f"{portal.id}/portal"].options.contact.email
        assert fields["Contact"] == f"mailto:{contact}"
        expires = datetime.fromisoformat(fields["Expires"])
        assert NOON + timedelta(days=60) < expires < NOON + timedelta(days=366)
        assert fields["Canonical"] == f"https://{host}/.well-known/security.txt"
        assert "vi" in fields["Preferred-Languages"].split(", ")


def test_every_edition_and_section_has_feeds(whole):
    """Atom, RSS and JSON Feed for the Edition and for each section whose kind has feeds."""
    for edition in whole.editions:
        site = whole.repository.network.sites[edition.key.site]
        kinds = whole.repository.network.kinds
        sections = [name for name, options in site.options.sections.items() if kinds.has_feeds(options.kind)]
        for path in ("", *(f"{section}/" for section in sections)):
            for form in ("atom.xml", "rss.xml", "feed.json"):
                assert f"{edition.folder}/{path}{form}" in whole.file_set


def test_feeds_parse_and_their_entries_are_unique(whole):
    """A feed reader has nothing to complain of, and never takes two entries for one."""
    for edition in whole.editions:
        for form in ("atom.xml", "rss.xml"):
            name = f"{edition.folder}/{form}"
            feed = feedparser.parse((whole.output / name).read_bytes())
            assert not feed.bozo, (name, feed.get("bozo_exception"))
            assert feed.version == {"atom.xml": "atom10", "rss.xml": "rss20"}[form]
            assert feed.feed.title
            ids = [entry.id for entry in feed.entries]
            assert len(ids) == len(set(ids)), name
            assert len(ids) <= 30
            times = [entry.published_parsed for entry in feed.entries]
            assert times == sorted(times, reverse=True), name


def test_section_feeds_are_well_formed_and_hold_that_section_only(whole):
    """Every entry of a section's feed also is a page of that section."""
    for name, content in whole.bytes_of("/atom.xml"):
        root = etree.fromstring(content)
        ids = [element.text for element in root.iterfind(f"{ATOM}entry/{ATOM}id")]
        assert len(ids) == len(set(ids)), name
        itself = [link.get("href") for link in root.iterfind(f"{ATOM}link[@rel='self']")]
        assert itself == [f"https://{name}"]
    for name, content in whole.bytes_of("/rss.xml"):
        assert etree.fromstring(content).tag == "rss", name


def test_every_json_feed_is_one_and_tells_what_atom_tells(whole):
    """JSON Feed 1.1 by its schema, with the entries, titles and addresses of the Atom feed beside it."""
    judge = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "json-feed.json").read_bytes()))
    grammar = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
    seen = 0
    for name, content in whole.bytes_of("/feed.json"):
        feed = json.loads(content)
        assert judge.is_valid(feed), (name, next(judge.iter_errors(feed)))
        assert feed["feed_url"] == f"https://{name}"
        root = etree.fromstring((whole.output / name.replace("feed.json", "atom.xml")).read_bytes())
        assert grammar.validate(root), (name, grammar.error_log)
        entries = [
            (e.findtext(f"{ATOM}id"), e.findtext(f"{ATOM}title"), e.find(f"{ATOM}link").get("href"))
            for e in root.iterfind(f"{ATOM}entry")
        ]
        assert [(item["id"], item["title"], item["url"]) for item in feed["items"]] == entries, name
        seen += 1
    assert seen == len([name for name in whole.files if name.endswith("/atom.xml")])


def test_site_maps_are_what_sitemaps_org_wants(whole):
    """By the schema of sitemaps.org, which is told of xhtml:link as it allows."""
    package = REPOSITORY / "node_modules/sitemap/schema/sitemap.xsd"
    if not package.is_file():
        pytest.fail(f"The schema of site maps needs {package}: run `make setup-test`.", pytrace=False)
    both = (
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        f'<xs:import namespace="http://www.w3.org/1999/xhtml" schemaLocation="{SCHEMAS / "xhtml-link.xsd"}"/>'
        f'<xs:import namespace="http://www.sitemaps.org/schemas/sitemap/0.9" schemaLocation="{package}"/></xs:schema>'
    )
    schema = etree.XMLSchema(etree.fromstring(both))
    for name, content in whole.bytes_of("sitemap.xml"):
        root = etree.fromstring(content)
        assert schema.validate(root), (name, schema.error_log)
    root.find(f"{SITEMAP}url").append(etree.Element(f"{SITEMAP}nowhere"))
    assert not schema.validate(root), "the judge is awake"


def test_feed_entries_lead_to_canonical_pages_and_say_that_they_are_demonstrations(whole):
    """The mark stands in title and summary, in the language of the interface; links lead to the origin."""
    entries = 0
    for edition in whole.editions:
        lang = whole.pages[f"{edition.folder}/index.html"].lang
        mark = f"[{message(lang, 'Demonstration data')}] "
        root = etree.fromstring((whole.output / edition.folder / "atom.xml").read_bytes())
        for entry in root.iterfind(f"{ATOM}entry"):
            entries += 1
            assert entry.findtext(f"{ATOM}title").startswith(mark), edition.folder
            assert entry.findtext(f"{ATOM}summary").startswith(mark), edition.folder
            url = entry.find(f"{ATOM}link").get("href")
            page = whole.by_url[url]
            assert page.canonical == (url,)
            assert whole.templates[page.file] not in ("withdrawn", "redirect")
    assert entries > 3000


def test_feeds_hold_the_newest_items_of_their_edition(whole):
    """No feed is empty where there are articles or documents, and it says its language."""
    placements = whole.repository.placements.by_edition
    items, kinds = whole.repository.catalogue.items, whole.repository.network.kinds
    for edition in whole.editions:
        root = etree.fromstring((whole.output / edition.folder / "atom.xml").read_bytes())
        ids = [element.text.rpartition(":")[2] for element in root.iterfind(f"{ATOM}entry/{ATOM}id")]
        live = [
            items[p.item].facts
            for p in placements.get(edition.key, ())
            if kinds[items[p.item].kind].options.feeds and not items[p.item].facts.withdrawn
        ]
        newest = sorted(live, key=lambda facts: (facts.date, facts.id), reverse=True)[:30]
        assert ids == [facts.id for facts in newest], edition.folder
        assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == shown(edition.lang)
