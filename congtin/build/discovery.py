"""What machines look for: sitemap.xml, robots.txt, security.txt, and the lists a web server needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from xml.sax.saxutils import escape

from lxml import etree

from congtin.build.contexts import Contexts
from congtin.build.heads import OPENSEARCH, OPENSEARCH_TYPE
from congtin.build.manifest import SERVER_FOLDER
from congtin.build.pages import PageSpec
from congtin.build.plan import EditionPlan
from congtin.languages import html_lang
from congtin.model import HANOI_TIME, Role

_SITEMAP_START = (
    "<?xml version='1.0' encoding='utf-8'?>\n"
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_MOST_SHORT_NAME, _MOST_LONG_NAME = 16, 48
_QUOTE = {'"': "&quot;"}


def sitemap(contexts: Contexts) -> bytes:
    """Return the sitemap of an Edition: canonical addresses with their other languages."""
    base_url = contexts.plan.edition.base_url
    # Written out: a tree of elements for the same bytes takes several times as long.
    lines = [_SITEMAP_START]
    for spec, changed, alternates in _entries(contexts):
        lines.append(f"  <url>\n    <loc>{escape(base_url + spec.path)}</loc>\n")
        if changed:
            lines.append(f"    <lastmod>{changed.astimezone(HANOI_TIME).isoformat()}</lastmod>\n")
        lines += [
            f'    <xhtml:link rel="alternate" hreflang="{lang}" href="{escape(address, _QUOTE)}"/>\n'
            for lang, address in alternates
        ]
        lines.append("  </url>\n")
    return "".join([*lines, "</urlset>\n"]).encode()


def _entries(contexts: Contexts) -> Iterator[tuple[PageSpec, datetime | None, tuple[tuple[str, str], ...]]]:
    views, outline = contexts.views, contexts.outline
    for pages in (outline.fixed_pages, outline.list_pages):
        for spec in pages:
            if spec.template != "404":
                yield spec, None, views.languages.of_page(spec)
    for spec in outline.item_pages:
        placed = spec.placed
        if placed and placed.placement.role is Role.ORIGINAL and spec.template != "withdrawn":
            facts = placed.item.facts
            yield spec, facts.updated or facts.date, views.languages.of_item(spec, placed)


def opensearch(contexts: Contexts) -> bytes | None:
    """Return the OpenSearch 1.1 description of an Edition, which browsers add to theirs; None without a search page."""
    views, path = contexts.views, contexts.heads.search_path
    if path is None:
        return None
    name = views.site.name.text
    short = views.local(contexts.plan.site.options.short_name).text or name
    root = etree.Element(f"{{{_OPENSEARCH}}}OpenSearchDescription", nsmap={None: _OPENSEARCH})  # type: ignore[dict-item]  # None is lxml's word for the default
    for tag, text in (
        # The standard allows so many letters and no more.
        ("ShortName", short[:_MOST_SHORT_NAME].strip()),
        ("LongName", name[:_MOST_LONG_NAME].strip()),
        ("Description", name),
        ("Language", views.html_lang),
        ("InputEncoding", "UTF-8"),
        ("OutputEncoding", "UTF-8"),
    ):
        etree.SubElement(root, f"{{{_OPENSEARCH}}}{tag}").text = text
    for rel, type_, template in (
        ("results", "text/html", f"{views.base_url}{path}?q={{searchTerms}}"),
        ("self", OPENSEARCH_TYPE, f"{views.base_url}{OPENSEARCH}"),
    ):
        etree.SubElement(root, f"{{{_OPENSEARCH}}}Url", type=type_, rel=rel, template=template)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


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
    today = now.astimezone(HANOI_TIME)
    quarter = (today.year * 4 + (today.month - 1) // 3) + 3
    return date(quarter // 4, quarter % 4 * 3 + 1, 1)


def server_lists(plan: EditionPlan) -> dict[str, str]:
    """Return the 301 and 410 lists of an Edition for web servers, by file name below the output root."""
    folder = f"{SERVER_FOLDER}/{plan.edition.host}"
    root = plan.edition.root_path
    moved = sorted(f"{root}{redirect.path} {redirect.target}" for redirect in plan.redirects)
    gone = sorted(root + placed.placement.path for placed in plan.items if placed.is_withdrawn(plan.now))
    lists = {f"{folder}/{plan.lang.lower()}.redirects.txt": moved, f"{folder}/{plan.lang.lower()}.gone.txt": gone}
    return {name: "\n".join(lines) + "\n" for name, lines in lists.items() if lines}
