"""The catalogue of a Portal's open data in DCAT-AP, as Turtle and JSON-LD, for data portals that harvest it (I2, I7).

Datasets are what the Portal publishes as data itself, and every Item of the kind ``dataset``. A licence is named only
where an Item names one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, XSD

from congtin.build.api import DESCRIPTION, DOCUMENTS, SITES, Api, address_of
from congtin.build.api_description import DATABASE
from congtin.build.api_pages import ITEMS
from congtin.build.contexts import Contexts
from congtin.build.datasets import CATALOGUE, JSON_LD, TURTLE, open_datasets
from congtin.build.media_types import MEDIA_TYPES, media_type
from congtin.build.plan import PlacedItem
from congtin.languages import html_lang
from congtin.model import HANOI_TIME

_IANA = "https://www.iana.org/assignments/media-types/"
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
_EU = Namespace("http://publications.europa.eu/resource/authority/language/")
# The authority list that DCAT-AP wants languages from.
_LANGUAGES = {"vi": "VIE", "en": "ENG", "zh": "ZHO", "ja": "JPN", "ko": "KOR"}


def catalogue(contexts: Contexts, api: Api) -> dict[str, bytes]:
    """Return the catalogue of the Portal whose first Edition this is, by file name."""
    graph = _Catalogue(contexts, api).graph()
    linked = json.loads(graph.serialize(format="json-ld", auto_compact=True))
    text = json.dumps(_ordered(linked), ensure_ascii=False, indent=1) + "\n"
    return {TURTLE: graph.serialize(format="turtle", encoding="utf-8"), JSON_LD: text.encode()}


def _ordered(value: Any) -> Any:
    """Return JSON in an order of its own: rdflib's follows the addresses of its objects in memory."""
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value)}
    return sorted(map(_ordered, value), key=json.dumps) if isinstance(value, list) else value


class _Catalogue:
    def __init__(self, contexts: Contexts, api: Api) -> None:
        self.contexts = contexts
        self.plan = contexts.plan
        self.edition = contexts.plan.edition
        self.lang = html_lang(contexts.plan.lang)
        self.root = f"{self.edition.base_url}{CATALOGUE}"
        self.api = api
        self.made = Graph(bind_namespaces="none")
        for prefix, namespace in (("dcat", DCAT), ("dcterms", DCTERMS), ("foaf", FOAF), ("vcard", VCARD), ("xsd", XSD)):
            self.made.bind(prefix, namespace)

    def graph(self) -> Graph:
        name, gettext = self.contexts.views.site.name.text, self.contexts.gettext
        self.agency = URIRef(f"{self.edition.base_url}#agency")
        self.made.add((self.agency, RDF.type, FOAF.Agent))
        self.made.add((self.agency, FOAF.name, Literal(name, self.lang)))
        here = URIRef(f"{self.root}#catalog")
        self._thing(
            here, DCAT.Catalog, f"{gettext('Open data')} – {name}", gettext("Everything published here, as data.")
        )
        self.made.add((here, FOAF.homepage, URIRef(self.edition.base_url)))
        for dataset in (*self._own(), *self._items()):
            self.made.add((here, DCAT.dataset, dataset))
        return self.made

    def _own(self) -> Iterator[URIRef]:
        """Yield what the Portal publishes as data itself."""
        gettext = self.contexts.gettext
        everything = self._dataset("#everything", gettext("Everything published by this portal and its sites"))
        self._file(everything, self._address(f"{ITEMS}.json"), "json")
        self._file(everything, self._address(DATABASE), "sqlite3")
        self.made.add((everything, DCAT.landingPage, URIRef(self.edition.base_url)))
        self._service(everything)
        yield everything
        sites = self._dataset("#sites", gettext("Sites of this portal"))
        self._file(sites, self._address(SITES), "json")
        yield sites
        if self.api.own_documents:
            documents = self._dataset("#documents", gettext("Documents"))
            self._file(documents, self._address(DOCUMENTS), "csv")
            yield documents

    def _service(self, served: URIRef) -> None:
        service = URIRef(f"{self.root}#api")
        self._thing(service, DCAT.DataService, "API", None)
        self.made.add((service, DCAT.endpointURL, URIRef(self._address("").rstrip("/"))))
        self.made.add((service, DCAT.endpointDescription, URIRef(self._address(DESCRIPTION))))
        self.made.add((service, DCAT.servesDataset, served))

    def _items(self) -> Iterator[URIRef]:
        """Yield every Item of the kind for open data; what its front matter leaves open stays open here."""
        yield from map(self._item, open_datasets(self.contexts))

    def _item(self, placed: PlacedItem) -> URIRef:
        facts = placed.item.facts
        known: Mapping[str, object] = facts.model_dump(mode="json", exclude_none=True)
        page = f"{self.edition.base_url}{placed.placement.path}"
        dataset = URIRef(f"{page}#item")
        self._thing(dataset, DCAT.Dataset, placed.text("title"), placed.teaser or placed.text("title"))
        self.made.add((dataset, DCTERMS.identifier, Literal(placed.item.id)))
        self.made.add((dataset, DCAT.landingPage, URIRef(page)))
        self._moment(dataset, DCTERMS.issued, facts.date.astimezone(HANOI_TIME).isoformat())
        if facts.updated:
            self._moment(dataset, DCTERMS.modified, facts.updated.astimezone(HANOI_TIME).isoformat())
        for tag in dict.fromkeys(facts.tags):
            self.made.add((dataset, DCAT.keyword, Literal(self.contexts.views.tag(tag).label.text, self.lang)))
        licence = known.get("licence") or known.get("license")
        for media in placed.item.media.values():
            file = self._file(dataset, page + media.name, media.name.rpartition(".")[2])
            self.made.add((file, DCAT.byteSize, Literal(media.size, datatype=XSD.nonNegativeInteger)))
            if isinstance(licence, str) and licence.startswith("https://"):
                self.made.add((file, DCTERMS.license, URIRef(licence)))
        return dataset

    def _dataset(self, name: str, title: str) -> URIRef:
        dataset = URIRef(self.root + name)
        self._thing(dataset, DCAT.Dataset, title, title)
        contact = self.plan.portal_site.options.contact
        if contact.email:
            card = BNode(f"contact{name.removeprefix('#')}")
            self.made.add((dataset, DCAT.contactPoint, card))
            self.made.add((card, RDF.type, VCARD.Organization))
            self.made.add((card, VCARD.fn, Literal(self.contexts.views.site.name.text, self.lang)))
            self.made.add((card, VCARD.hasEmail, URIRef(f"mailto:{contact.email}")))
        return dataset

    def _thing(self, node: URIRef, type_: URIRef, title: str, what: str | None) -> None:
        self.made.add((node, RDF.type, type_))
        self.made.add((node, DCTERMS.title, Literal(title, self.lang)))
        self.made.add((node, DCTERMS.publisher, self.agency))
        if what:
            self.made.add((node, DCTERMS.description, Literal(what, self.lang)))
        language = _LANGUAGES.get(self.plan.lang.partition("-")[0])
        if language and type_ != DCAT.DataService:
            self.made.add((node, DCTERMS.language, _EU[language]))

    def _file(self, dataset: URIRef, url: str, suffix: str) -> URIRef:
        file = URIRef(f"{url}#file")
        self.made.add((dataset, DCAT.distribution, file))
        self.made.add((file, RDF.type, DCAT.Distribution))
        self.made.add((file, DCAT.accessURL, URIRef(url)))
        self.made.add((file, DCAT.downloadURL, URIRef(url)))
        type_ = MEDIA_TYPES.get(suffix) or media_type(url)
        if type_:
            self.made.add((file, DCAT.mediaType, URIRef(_IANA + type_)))
        return file

    def _moment(self, node: URIRef, word: URIRef, value: str) -> None:
        self.made.add((node, word, Literal(value, datatype=XSD.dateTime)))

    def _address(self, name: str) -> str:
        return address_of(self.edition, name)
