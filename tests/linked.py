"""Pages as the programs of others read them: what a page embeds, judged by rdflib and pyshacl."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import lxml.html
import pyshacl
import rdflib
from rdflib.namespace import RDF, SDO

# `@context` names an address that tests do not ask; these lines say what the words used here mean there.
_LOCAL = {"@vocab": str(SDO), **{word: {"@type": "@id"} for word in ("url", "item", "mainEntityOfPage", "image")}}
# How schema.org itself writes the one input of a search; not a property of its vocabulary.
_ANNOTATIONS = {"query-input"}
_KNOWN = {str(SDO[name]) for name in SDO.__annotations__} | {str(SDO) + name for name in _ANNOTATIONS}

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix s: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <urn:shape:> .
:News a sh:NodeShape ; sh:targetClass s:NewsArticle ;
  sh:property [ sh:path s:headline ; sh:minCount 1 ; sh:maxCount 1 ; sh:minLength 1 ] ,
    [ sh:path s:datePublished ; sh:minCount 1 ; sh:maxCount 1 ; sh:pattern "^[0-9-]{10}T[0-9:]{8}[+]07:00$" ] ,
    [ sh:path s:dateModified ; sh:maxCount 1 ; sh:pattern "^[0-9-]{10}T[0-9:]{8}[+]07:00$" ] ,
    [ sh:path s:inLanguage ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path s:publisher ; sh:minCount 1 ; sh:maxCount 1 ; sh:node :Agency ] ,
    [ sh:path s:image ; sh:nodeKind sh:IRI ; sh:pattern "^https://" ] .
:Law a sh:NodeShape ; sh:targetClass s:Legislation ;
  sh:property [ sh:path s:name ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path s:legislationIdentifier ; sh:minCount 1 ; sh:maxCount 1 ; sh:minLength 1 ] ,
    [ sh:path s:legislationType ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path s:legislationDate ; sh:minCount 1 ; sh:maxCount 1 ; sh:pattern "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" ] ,
    [ sh:path s:legislationPassedBy ; sh:minCount 1 ; sh:class s:GovernmentOrganization ] ,
    [ sh:path s:legislationLegalForce ; sh:maxCount 1 ; sh:pattern "^https://schema.org/(Not)?InForce$" ] ,
    [ sh:path s:encoding ; sh:node :File ] .
:File a sh:NodeShape ;
  sh:property [ sh:path s:contentUrl ; sh:minCount 1 ; sh:pattern "^https://" ] ,
    [ sh:path s:encodingFormat ; sh:minCount 1 ; sh:pattern "^[a-z]+/" ] ,
    [ sh:path s:contentSize ; sh:minCount 1 ; sh:pattern "^[0-9]+ B$" ] .
:Agency a sh:NodeShape ; sh:class s:GovernmentOrganization ; sh:nodeKind sh:IRI ; sh:pattern "#agency$" ;
  sh:property [ sh:path s:name ; sh:minCount 1 ; sh:minLength 1 ] .
:Site a sh:NodeShape ; sh:targetClass s:WebSite ;
  sh:property [ sh:path s:name ; sh:minCount 1 ] , [ sh:path s:url ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path s:potentialAction ; sh:class s:SearchAction ] .
:Warning a sh:NodeShape ; sh:targetClass s:SpecialAnnouncement ;
  sh:property [ sh:path s:name ; sh:minCount 1 ; sh:minLength 1 ] ,
    [ sh:path s:datePosted ; sh:minCount 1 ; sh:maxCount 1 ; sh:pattern "^[0-9-]{10}T[0-9:]{8}[+]07:00$" ] ,
    [ sh:path s:expires ; sh:minCount 1 ; sh:maxCount 1 ; sh:pattern "^[0-9-]{10}T[0-9:]{8}[+]07:00$" ] ,
    [ sh:path s:publisher ; sh:minCount 1 ; sh:class s:GovernmentOrganization ] .
:Steps a sh:NodeShape ; sh:targetClass s:BreadcrumbList ;
  sh:property [ sh:path s:itemListElement ; sh:minCount 2 ; sh:class s:ListItem ] .
:Step a sh:NodeShape ; sh:targetClass s:ListItem ;
  sh:property [ sh:path s:position ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:integer ] ,
    [ sh:path s:name ; sh:minCount 1 ; sh:minLength 1 ] ,
    [ sh:path s:item ; sh:minCount 1 ; sh:nodeKind sh:IRI ; sh:pattern "^https://" ] .
"""


def embedded(html: str) -> list[dict[str, Any]]:
    """Return the JSON-LD that a page embeds; what is no JSON fails."""
    page = lxml.html.document_fromstring(html)
    return [json.loads(script.text or "") for script in page.iterfind(".//script[@type='application/ld+json']")]


def nodes(html: str) -> dict[str, dict[str, Any]]:
    """Return the things a page's JSON-LD is about, by type."""
    return {node["@type"]: node for data in embedded(html) for node in data["@graph"]}


def rdf(html: str) -> rdflib.Graph:
    """Return a page's JSON-LD as a graph."""
    graph = rdflib.Graph()
    for data in embedded(html):
        assert data["@context"] == "https://schema.org"
        graph.parse(data=json.dumps({**data, "@context": _LOCAL}), format="json-ld")
    return graph


def unknown_words(graph: rdflib.Graph) -> set[str]:
    """Return the properties and types that schema.org does not have."""
    used = {str(p) for p in graph.predicates() if p != RDF.type} | {str(t) for t in graph.objects(None, RDF.type)}
    return used - _KNOWN


def complaints(graph: rdflib.Graph, shapes: str = SHAPES) -> Iterator[str]:
    """Yield what breaks the shapes."""
    sound, _, text = pyshacl.validate(graph, shacl_graph=shapes, shacl_graph_format="turtle")
    if not sound:
        yield text
