"""What a page tells programs in the words of schema.org (I1, I7): facts of the repository, and nothing else.

A fact that is not known is left out; nothing is guessed. An author's line, for instance, may name a person or an
office, so it is given as a credit and not as either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from congtin.build.interface import machine_moment
from congtin.build.item_view import AttachmentView, DocumentView, ItemView
from congtin.build.media_types import media_type
from congtin.build.plan import PlacedItem
from congtin.build.view_types import PageView
from congtin.build.views import Views
from congtin.languages import html_lang
from congtin.network.network import Site

Node = dict[str, object]

CONTEXT = "https://schema.org"
# Kinds that schema.org has a word for; any other is a page.
TYPES: Mapping[str, str] = {"article": "NewsArticle", "document": "Legislation", "dataset": "Dataset"}
# Whether a document is in force; of one that was replaced it depends on the other, which is named.
_FORCE = {"in-force": "InForce", "expired": "NotInForce", "not-yet": "NotInForce"}


class LinkedData:
    """Makes the graph of each page of one Edition; ``search_path`` is where its search page is, if it has one."""

    def __init__(self, views: Views, demonstration: str, search_path: str | None) -> None:
        self.views = views
        self.demonstration = demonstration
        self.search_path = search_path
        self.origin = f"https://{views.plan.edition.host}"

    def of_page(self, page: PageView) -> Node:
        """Return the graph of a page that is not an Item: the home page tells of the Site, others where they stand."""
        return self._graph([self.agency, self.website, *self.alerts()] if not page.path else [self.steps(page)])

    def of_item(self, page: PageView, item: ItemView, placed: PlacedItem) -> Node:
        """Return the graph of an Item's page: the Item, and where the page stands."""
        return self._graph([self.item(page, item, placed), self.steps(page)])

    def _graph(self, nodes: list[Node]) -> Node:
        return {"@context": CONTEXT, "@graph": nodes}

    def address(self, path: str) -> str:
        """Return an address of this host with the host."""
        return f"{self.origin}{path}" if path.startswith("/") else path

    @cached_property
    def agency(self) -> Node:
        """The agency whose Site this is."""
        plan, site = self.views.plan, self.views.site
        options = plan.site.options
        contact = options.contact
        return _known(
            {
                **_agency(plan.site),
                "name": site.name.text,
                "alternateName": self.views.local(options.short_name).text,
                "url": site.url,
                "address": contact.address,
                "telephone": contact.phone,
                "faxNumber": contact.fax,
                "email": contact.email,
                "parentOrganization": _named("GovernmentOrganization", options.owning_authority),
                "sameAs": [channel.url for channel in site.channels],
            }
        )

    @cached_property
    def website(self) -> Node:
        """This Edition as a website, with its search where there is one."""
        site, plan = self.views.site, self.views.plan
        return _known(
            {
                "@type": "WebSite",
                "@id": f"{site.url}#website",
                "name": site.name.text,
                "url": site.url,
                "inLanguage": self.views.html_lang,
                "publisher": {"@id": _agency(plan.site)["@id"]},
                "isPartOf": {"@type": "WebSite", "name": site.portal.label.text, "url": site.portal.url}
                if site.portal
                else None,
                "potentialAction": self._search(),
            }
        )

    def _search(self) -> Node | None:
        if self.search_path is None:
            return None
        template = f"{self.views.base_url}{self.search_path}?q={{search_term_string}}"
        return {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": template},
            # The word schema.org itself uses for the one input of a site's search.
            "query-input": "required name=search_term_string",
        }

    def alerts(self) -> Iterator[Node]:
        """Yield the alerts that are up, for programs that pass warnings on (C18)."""
        plan = self.views.plan
        for alert in plan.alerts:
            yield _known(
                {
                    "@type": "SpecialAnnouncement",
                    "name": alert.text,
                    "text": alert.text,
                    "inLanguage": html_lang(alert.text_lang),
                    "datePosted": machine_moment(alert.begins),
                    "expires": machine_moment(alert.until),
                    "url": self.address(alert.url) if alert.url else None,
                    "publisher": _agency(plan.portal_site if alert.of_portal else plan.site),
                }
            )

    def steps(self, page: PageView) -> Node:
        """Return the way from the home page to this one."""
        site = self.views.site
        places = [(site.name.text, site.url), *((step.label.text, self.address(step.url)) for step in page.trail)]
        places.append((page.title.text, page.url))
        steps = [
            {"@type": "ListItem", "position": number, "name": name, "item": url}
            for number, (name, url) in enumerate(places, 1)
        ]
        return {"@type": "BreadcrumbList", "itemListElement": steps}

    def item(self, page: PageView, item: ItemView, placed: PlacedItem) -> Node:
        """Return an Item: the same thing, under one name, on every Site that shows it."""
        type_ = TYPES.get(item.kind, "WebPage")
        return _known(
            {
                "@type": type_,
                "@id": f"{item.canonical}#item",
                "url": item.canonical,
                "mainEntityOfPage": item.canonical,
                "headline" if type_ == "NewsArticle" else "name": item.title.text,
                "description": item.teaser,
                "inLanguage": html_lang(placed.placement.lang),
                "datePublished": machine_moment(item.date),
                "dateModified": machine_moment(item.updated) if item.updated else None,
                "publisher": {**_agency(placed.origin), "name": item.agency.text},
                "creditText": item.author.text,
                "keywords": [tag.label.text for tag in item.tags],
                "image": self.address(item.image) if item.image else None,
                "isBasedOn": item.source_url,
                "translationOfWork": {"@id": f"{item.original_url}#item"} if item.original_url else None,
                "isAccessibleForFree": True,
                # What was written to show the website is never taken for what an agency said.
                "creativeWorkStatus": self.demonstration if item.demo else None,
                **(self._document(item.document) if item.document else {}),
            }
        )

    def _document(self, document: DocumentView) -> Node:
        """Return what is said of a document besides (L42-4a, D11)."""
        force = _FORCE.get(document.state)
        return {
            "legislationIdentifier": document.number,
            "legislationType": document.type.text,
            "legislationDate": document.issued.isoformat(),
            "legislationPassedBy": _named("GovernmentOrganization", document.issuer.text),
            "legislationLegalForce": f"{CONTEXT}/{force}" if force else None,
            "legislationChanges": [{"@id": f"{self.address(other.url)}#item"} for other in document.replaces],
            "expires": document.expires.isoformat() if document.expires else None,
            "about": _named("Thing", document.field.text),
            "encoding": [self._file(file) for file in document.attachments],
        }

    def _file(self, file: AttachmentView) -> Node:
        return {
            "@type": "MediaObject",
            "name": file.title,
            "contentUrl": self.address(file.url),
            "encodingFormat": media_type(file.url),
            "contentSize": f"{file.size} B",
        }


def _agency(site: Site) -> Node:
    """Return the name all pages have for the agency of a Site, whatever their language."""
    return {"@type": "GovernmentOrganization", "@id": f"{site.editions[0].base_url}#agency"}


def _named(type_: str, name: str | None) -> Node | None:
    return {"@type": type_, "name": name} if name else None


def _known(node: Node) -> Node:
    """Return a node without the facts nobody knows."""
    return {name: value for name, value in node.items() if value not in (None, "", [])}
