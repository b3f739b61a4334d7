"""What machines look for: sitemap.xml, robots.txt, security.txt, and the lists a web server needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from lxml import etree

from congtin.build.contexts import Contexts
from congtin.build.pages import PageSpec
from congtin.build.plan import EditionPlan
from congtin.languages import html_lang
from congtin.model import HANOI_TIME, Role

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
_NAMES: dict[Any, str] = {None: _SITEMAP, "xhtml": _XHTML}
# Not a host name, so that no web server serves it.
SERVER_FOLDER = ".server"


def sitemap(contexts: Contexts) -> bytes:
    """Return the sitemap of an Edition: canonical addresses with their other languages."""
    plan = contexts.plan
    root = etree.Element(f"{{{_SITEMAP}}}urlset", nsmap=_NAMES)
    for spec, changed, alternates in _entries(contexts):
        url = etree.SubElement(root, f"{{{_SITEMAP}}}url")
        etree.SubElement(url, f"{{{_SITEMAP}}}loc").text = f"{plan.edition.base_url}{spec.path}"
        if changed:
            etree.SubElement(url, f"{{{_SITEMAP}}}lastmod").text = changed.astimezone(HANOI_TIME).isoformat()
        for lang, address in alternates:
            attributes = {"rel": "alternate", "hreflang": lang, "href": address}
            etree.SubElement(url, f"{{{_XHTML}}}link", attributes)
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return data


def _entries(contexts: Contexts) -> Iterator[tuple[PageSpec, datetime | None, tuple[tuple[str, str], ...]]]:
    views, outline = contexts.views, contexts.outline
    for pages in (outline.fixed_pages, outline.list_pages):
        for spec in pages:
            if spec.template != "404":
                yield spec, None, views.page(spec, views.site.name).alternates
    for spec in outline.item_pages:
        placed = spec.placed
        if placed and placed.placement.role is Role.ORIGINAL and spec.template != "withdrawn":
            facts = placed.item.facts
            yield spec, facts.updated or facts.date, views.item_page(spec, placed).alternates


def robots(plan: EditionPlan) -> str:
    """Return robots.txt of the host; every Edition on it has a sitemap of its own."""
    lines = ["User-agent: *", "Allow: /", ""]
    lines += [f"Sitemap: {e.base_url}sitemap.xml" for e in plan.site.editions if e.host == plan.edition.host]
    return "\n".join(lines) + "\n"


def security(plan: EditionPlan) -> str | None:
    """Return security.txt (RFC 9116), or None where no contact is known."""
    for site in (plan.site, plan.portal_site):
        contact = site.options.security_contact or site.options.contact.email
        if contact:
            break
    else:
        return None
    address = contact if contact.startswith("https://") else f"mailto:{contact}"
    languages = ", ".join(html_lang(lang) for lang in plan.site.options.languages)
    return (
        f"Contact: {address}\n"
        f"Expires: {_expires(plan.now).isoformat()}T00:00:00Z\n"
        f"Preferred-Languages: {languages}\n"
        f"Canonical: https://{plan.edition.host}/.well-known/security.txt\n"
    )


def _expires(now: datetime) -> date:
    """Return the first day of the third quarter to come: at least six months ahead, and seldom changed."""
    quarter = (now.year * 4 + (now.month - 1) // 3) + 3
    return date(quarter // 4, quarter % 4 * 3 + 1, 1)


def server_lists(plan: EditionPlan) -> dict[str, str]:
    """Return the 301 and 410 lists of an Edition for web servers, by file name below the output root."""
    folder = f"{SERVER_FOLDER}/{plan.edition.host}"
    root = plan.edition.root_path
    moved = sorted(f"{root}{redirect.path} {redirect.target}" for redirect in plan.redirects)
    gone = sorted(root + placed.placement.path for placed in plan.items if placed.is_withdrawn(plan.now))
    lists = {f"{folder}/{plan.lang.lower()}.redirects.txt": moved, f"{folder}/{plan.lang.lower()}.gone.txt": gone}
    return {name: "\n".join(lines) + "\n" for name, lines in lists.items() if lines}
