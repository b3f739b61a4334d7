"""Atom, RSS and JSON Feed of an Edition and of each of its sections, and the calendars of those with appointments."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from typing import Any

import feedgenerator

from congtin.build.calendars import CALENDAR, calendar_bytes
from congtin.build.contexts import Contexts
from congtin.build.heads import JSON_FEED
from congtin.build.interface import machine_moment
from congtin.build.plan import PlacedItem
from congtin.build.view_types import Card
from congtin.languages import html_lang
from congtin.model import HANOI_TIME

FORMATS: dict[str, type[Any]] = {"atom.xml": feedgenerator.Atom1Feed, "rss.xml": feedgenerator.Rss201rev2Feed}
# A feed without entries still needs a time, and the clock would make it change for nothing.
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Feed:
    """One feed, before it is written."""

    path: str
    """File below the Edition's root."""
    title: str
    items: Sequence[PlacedItem]


def feeds(contexts: Contexts) -> Iterator[Feed]:
    """Yield every feed: of the Edition, and of each of its sections."""
    site = contexts.views.site
    yield from _formats("", site.name.text, contexts.feed_items())
    for section, label in contexts.feed_sections():
        title, items = f"{label} – {site.name}", contexts.feed_items(section)
        yield from _formats(f"{section}/", title, items)
        if items and contexts.plan.kinds.has_calendar(contexts.plan.site.options.sections[section].kind):
            yield Feed(f"{section}/{CALENDAR}", title, items)


def _formats(folder: str, title: str, items: Sequence[PlacedItem]) -> Iterator[Feed]:
    for name in (*FORMATS, JSON_FEED):
        yield Feed(f"{folder}{name}", title, items)


def feed_bytes(contexts: Contexts, feed: Feed) -> bytes:
    """Return the bytes of a feed."""
    base = contexts.plan.edition.base_url
    folder, _, name = feed.path.rpartition("/")
    home = f"{base}{folder}/" if folder else base
    if name == CALENDAR:
        return calendar_bytes(contexts, feed.title, feed.items)
    if name == JSON_FEED:
        return _json_feed(contexts, feed, home)
    made = FORMATS[name](
        title=feed.title,
        link=home,
        description=feed.title,
        language=html_lang(contexts.plan.lang),
        feed_url=f"{base}{feed.path}",
        author_name=contexts.views.site.name.text,
    )
    cards = [contexts.views.card(placed) for placed in feed.items]
    times = [card.updated or card.date for card in cards]
    if contexts.views.site.retired:
        last = _farewell(contexts)
        made.add_item(**last)
        times.append(last["pubdate"])
    for card, placed in zip(cards, feed.items, strict=True):
        made.add_item(**_entry(card, placed.canonical, contexts))
    made.latest_post_date = partial(_time, max(times, default=_NEVER))
    text = io.StringIO()
    made.write(text, "utf-8")
    return text.getvalue().encode("utf-8")


def _farewell(contexts: Contexts) -> dict[str, Any]:
    """Return the entry with which the feeds of a retired Site end: whoever reads on is sent to its successor (A17)."""
    site, words = contexts.views.site, contexts.gettext
    closed = datetime.combine(site.retired_on or _NEVER.date(), time(), HANOI_TIME)
    successor = site.successor
    text = f"{words('Its tasks have passed to:')} {successor.label.text}" if successor else site.retired_reason.text
    return {
        "title": f"{words('No longer updated')}: {site.name.text}",
        "link": successor.url if successor else site.url,
        "unique_id": f"tag:{contexts.plan.portal.options.parent_host},2026:retired:{site.id}",
        "description": text,
        "author_name": site.name.text,
        "pubdate": closed,
        "updateddate": closed,
        "unique_id_is_permalink": False,
    }


def _json_feed(contexts: Contexts, feed: Feed, home: str) -> bytes:
    """Return JSON Feed 1.1: the entries of the others, with the language of each and its picture."""
    site = contexts.views.site
    made = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": home,
        "feed_url": f"{contexts.plan.edition.base_url}{feed.path}",
        "language": html_lang(contexts.plan.lang),
        "authors": [{"name": site.name.text, "url": site.url}],
        "items": [
            *([_json_farewell(contexts)] if site.retired else []),
            *(_json_entry(contexts.views.card(placed), placed, contexts) for placed in feed.items),
        ],
    }
    return json.dumps(made, ensure_ascii=False).encode("utf-8")


def _json_farewell(contexts: Contexts) -> dict[str, object]:
    last = _farewell(contexts)
    return {
        "id": last["unique_id"],
        "url": last["link"],
        "title": last["title"],
        "content_text": last["description"],
        "date_published": machine_moment(last["pubdate"]),
    }


def _json_entry(card: Card, placed: PlacedItem, contexts: Contexts) -> dict[str, object]:
    entry = _entry(card, placed.canonical, contexts)
    made: dict[str, object] = {
        "id": entry["unique_id"],
        "url": entry["link"],
        "title": entry["title"],
        "content_text": entry["description"],
        "date_published": machine_moment(card.date),
        "authors": [{"name": entry["author_name"]}],
        "tags": entry["categories"],
        "language": html_lang(placed.placement.lang),
    }
    if card.updated:
        made["date_modified"] = machine_moment(card.updated)
    if card.image:
        made["image"] = f"https://{contexts.plan.edition.host}{card.image}"
    return made


def _time(moment: datetime) -> datetime:
    return moment


def _entry(card: Card, canonical: str, contexts: Contexts) -> dict[str, object]:
    mark = contexts.mark(card)
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
