"""What helps to read an Item on, to quote it, to pass it on, and to say what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from congtin.build.neighbours import Beside
from congtin.build.plan import PlacedItem
from congtin.build.view_types import Card, Link, Text
from congtin.build.views import Views
from congtin.catalogue.markdown import Heading
from congtin.languages import html_lang, own_name

# A text with so many headings is long enough for a table of contents.
CONTENTS_FROM = 4
# The page's own heading has the first level; deeper ones than these make a list nobody reads.
_LEVELS = (2, 3)


@dataclass(frozen=True)
class ReadingView:
    """The comforts of an Item's page."""

    contents: tuple[Heading, ...]
    """The headings a table of contents names; empty for short texts."""
    before: Card | None
    after: Card | None
    related: tuple[Card, ...]
    translations: tuple[Link, ...]
    """The Item on this Site in other languages it has a text in."""
    report_mail: str
    """Where errors of the page are told by mail; empty where there is another way (H15)."""
    report_url: str
    """The form for it, or else the page that says how the Board is reached."""


def reading_view(views: Views, placed: PlacedItem, headings: tuple[Heading, ...], beside: Beside) -> ReadingView:
    """Return the comforts of an Item's page in this Edition (P1, H15)."""
    told = views.plan.site.options.report_error or ""
    mail = told if not told.startswith("https://") else ""
    return ReadingView(
        contents=_contents(headings),
        before=views.card(beside.before) if beside.before else None,
        after=views.card(beside.after) if beside.after else None,
        related=tuple([views.card(other) for other in beside.related]),
        translations=tuple(
            [
                Link(Text(own_name(lang), html_lang(lang)), url, lang=html_lang(lang))
                for lang, url in placed.languages.items()
                if lang != views.plan.lang
            ]
        ),
        report_mail=mail,
        report_url="" if mail else told or views.site.contact_url,
    )


def _contents(headings: tuple[Heading, ...]) -> tuple[Heading, ...]:
    shown = tuple([heading for heading in headings if heading.level in _LEVELS])
    return shown if len(shown) >= CONTENTS_FROM else ()
