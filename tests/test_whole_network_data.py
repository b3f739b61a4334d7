"""The real network's pages as programs read them: a sample of every template in every language."""

from __future__ import annotations

import gzip
import json
import zlib
from collections import defaultdict

import linked
import pytest
import rdflib
from lxml import html as lxml_html
from whole import WholeNetwork

pytestmark = pytest.mark.slow

SILENT = ("404", "redirect", "withdrawn")


def sample(whole: WholeNetwork) -> list[str]:
    """Return the smallest and the largest page of every template in every language."""
    groups = defaultdict(list)
    for name in whole.page_names:
        groups[whole.templates[name], whole.edition_of_file[name][0].lang].append(name)
    chosen = set()
    for names in groups.values():
        by_size = sorted(names, key=lambda name: (whole.output / name).stat().st_size)
        chosen.update((by_size[0], by_size[-1]))
    return sorted(chosen)


def test_what_pages_embed_is_schema_org_and_keeps_its_shapes(whole):
    """No word that schema.org does not have; every Item, agency and trail has what its kind needs."""
    kinds, everything = set(), rdflib.Graph()
    for name in sample(whole):
        text = whole.text(name)
        if whole.templates[name] in SILENT:
            assert not linked.embedded(text), name
            continue
        graph = linked.rdf(text)
        assert not linked.unknown_words(graph), name
        everything += graph
        kinds |= set(linked.nodes(text))
    # Judged at once: the judge takes longer to sit down than to judge.
    assert not list(linked.complaints(everything))
    assert kinds >= {"NewsArticle", "Legislation", "WebSite", "GovernmentOrganization", "BreadcrumbList"}


def test_every_page_names_itself_as_its_canonical_address_does(whole):
    """Open Graph and JSON-LD agree with the link that search engines follow."""
    for name, page in whole.pages.items():
        if whole.templates[name] in SILENT or zlib.crc32(name.encode()) % 7:
            continue
        head = whole.text(name).partition("</head>")[0]
        tree = lxml_html.document_fromstring(head)
        (url,) = tree.xpath("//meta[@property='og:url']/@content")
        (data,) = tree.xpath("//script[@type='application/ld+json']/text()")
        assert page.canonical == (url,), name
        named = {node.get("url") for node in json.loads(data)["@graph"] if "url" in node}
        assert not named or url in named, name


def test_what_machines_are_told_costs_a_reader_little(whole):
    """Compressed, the head's data adds less than a kilobyte to a page."""
    for name in sample(whole):
        text = whole.text(name)
        start, end = text.find('  <link rel="schema.DCTERMS"'), text.find("</script>") + len("</script>")
        if start > 0:
            spare = len(gzip.compress(text.encode(), 9)) - len(gzip.compress((text[:start] + text[end:]).encode(), 9))
            assert spare < 1000, (name, spare)
