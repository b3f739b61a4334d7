"""Atom and RSS of an Edition and of each of its sections."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import feedgenerator

from congtin.build.contexts import Contexts
from congtin.build.view_types import Card
from congtin.languages import html_lang

FORMATS: dict[str, type[Any]] = {"atom.xml": feedgenerator.Atom1Feed, "rss.xml": feedgenerator.Rss201rev2Feed}
# A feed without entries still needs a time, and the clock would make it change for nothing.
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def feeds(contexts: Contexts) -> Iterator[tuple[str, bytes]]:
    """Yield (path below the Edition's root, bytes) of every feed."""
    site, gettext = contexts.views.site, contexts.gettext
    yield from _formats(contexts, "", site.name.text, contexts.feed_entries(), gettext)
    for section, label in contexts.feed_sections():
        title = f"{label} – {site.name}"
        yield from _formats(contexts, f"{section}/", title, contexts.feed_entries(section), gettext)


def _formats(
    contexts: Contexts, path: str, title: str, entries: list[tuple[Card, str]], gettext: Callable[[str], str]
) -> Iterator[tuple[str, bytes]]:
    base = contexts.plan.edition.base_url
    for name, make in FORMATS.items():
        feed = make(
            title=title,
            link=f"{base}{path}",
            description=title,
            language=html_lang(contexts.plan.lang),
            feed_url=f"{base}{path}{name}",
            author_name=contexts.views.site.name.text,
        )
        for card, canonical in entries:
            feed.add_item(**_entry(card, canonical, gettext, contexts))
        newest = max((card.updated or card.date for card, _ in entries), default=_NEVER)
        feed.latest_post_date = partial(_time, newest)
        text = io.StringIO()
        feed.write(text, "utf-8")
        yield f"{path}{name}", text.getvalue().encode("utf-8")


def _time(moment: datetime) -> datetime:
    return moment


def _entry(card: Card, canonical: str, gettext: Callable[[str], str], contexts: Contexts) -> dict[str, object]:
    mark = f"[{gettext('Demonstration data')}] " if card.demo else ""
    origin = card.origin.label.text if card.origin else contexts.views.site.name.text
    return {
        "title": mark + card.title.text,
        "link": canonical,
        "unique_id": f"tag:{contexts.plan.portal.options.parent_host},2026:item:{card.id}",
        "description": mark + card.summary,
        "author_name": origin,
        "pubdate": card.date,
        "updateddate": card.updated or card.date,
        "unique_id_is_permalink": False,
        "categories": [card.section.text],
    }
