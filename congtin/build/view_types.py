"""What templates may see: plain values, declared here and nowhere else."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from markupsafe import Markup, escape


@dataclass(frozen=True)
class Text:
    """A text with its true language; ``lang`` is empty where it is the page's own."""

    text: str
    lang: str = ""

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)

    def __html__(self) -> str:
        """Return the text as pages show it; where no element may stand, they take ``text``."""
        words = escape(self.text)
        return f'<span lang="{escape(self.lang)}">{words}</span>' if self.lang else words


@dataclass(frozen=True)
class Link:
    """A named address."""

    label: Text
    url: str
    current: bool = False
    lang: str = ""


@dataclass(frozen=True)
class Stage:
    """What the clock makes of an Item: before it opens, open, closed; `kind.yaml` names the states."""

    id: str
    label: Text
    tone: str


@dataclass(frozen=True)
class FieldView:
    """One field of an Item that is not empty, as its kind declares it."""

    name: str
    type: str
    label: Text
    value: object
    """By the type: a Text, a date, a number, a Link, a file, a choice; a tuple of these for a list."""
    records: tuple[tuple[FieldView, ...], ...] = ()
    """Of a group: the fields of each record."""


@dataclass(frozen=True)
class AlertView:
    """A banner over every page (C18)."""

    level: str
    """``danger``, ``warning`` or ``information``."""
    text: Text
    url: str
    """Where to read more; empty where there is nothing."""
    title: Text
    """What is there; empty for a page that is no Item."""
    until: datetime
    issuer: Link | None
    """The Portal, where its Board has put the banner over another Site."""


@dataclass(frozen=True)
class PictureView:
    """A picture in the sizes that browsers may choose from."""

    url: str
    """What a browser that knows none of ``sources`` shows."""
    width: int
    height: int
    """Of the largest size that pages offer, so that room is kept before it has come."""
    sources: tuple[tuple[str, str], ...]
    """(type, addresses with widths) as `<source>` has them."""
    full: str
    """Address of the whole picture."""

    def narrowed(self, width: int) -> PictureView:
        """Return the same picture, shown no wider than that."""
        return replace(self, width=width, height=max(1, round(self.height * width / self.width)))


@dataclass(frozen=True)
class SiteView:
    """What every page of an Edition shows of its Site."""

    id: str
    kind: str
    name: Text
    home: str
    url: str
    host: str
    brand: str
    brand_words: Text
    """What the brand wants every footer to say; empty where it wants nothing."""
    sections: tuple[Link, ...]
    menu: tuple[Link, ...]
    """The sections that stand in the main menu."""
    portal: Link | None
    directory: str
    contact_url: str
    accessibility_url: str
    """The statement on what was tested of the pages, and whom to tell of barriers."""
    sitemap_url: str
    search_url: str
    contact: Mapping[str, str]
    owning_authority: Text
    managing_authority: Text
    operator: Text
    responsible_post: Text
    attribution: Text
    channels: tuple[Link, ...]
    services_url: str
    emc_site_id: str
    """The Site's number in the measuring system; empty where nothing is measured (N1)."""
    trust_label: str
    """Address of the network trust label; empty where there is none (K4)."""
    demonstration: bool
    preview: bool
    """Nobody has approved this: every page says so."""
    retired: bool
    """The organisation has ended: everything stays as it was (A17)."""
    retired_on: dt.date | None = None
    retired_reason: Text = field(default_factory=lambda: Text(""))
    successor: Link | None = None
    alerts: tuple[AlertView, ...] = ()

    @functools.cached_property
    def menu_addresses(self) -> frozenset[str]:
        """The addresses that stand in the main menu."""
        more = {self.sitemap_url} if len(self.menu) < len(self.sections) else set()
        return frozenset({self.home, self.contact_url, self.directory, *(link.url for link in self.menu), *more})


@dataclass(frozen=True)
class PageView:
    """What a page says about itself."""

    title: Text
    path: str
    url: str
    canonical: str
    lang: str
    noindex: bool
    description: str = ""
    alternates: tuple[tuple[str, str], ...] = ()
    languages: tuple[Link, ...] = ()
    """The Site's Editions; empty where there is one."""
    trail: tuple[Link, ...] = ()
    entry: str = ""
    """The page's address where it stands in the main menu."""
    head: Markup = field(default_factory=Markup)
    """What the head tells programs, as HTML; empty on pages that are about nothing."""


@dataclass(frozen=True, eq=False)
class Card:
    """One entry of a list; an Item has one Card in an Edition, so that what is made of it can be kept."""

    id: str
    kind: str
    title: Text
    url: str
    summary: str
    date: datetime
    section: Text
    origin: Link | None
    image: str
    image_alt: str
    picture: PictureView | None
    demo: bool
    withdrawn: bool
    updated: datetime | None = None
    host: str = ""
    """The host the card leads to where that is the origin's, because only a teaser stands here (F3)."""
    number: str = ""
    document_type: Text = field(default_factory=lambda: Text(""))
    issuer: Text = field(default_factory=lambda: Text(""))
    issued: dt.date | None = None
    state: str = ""
    stage: Stage | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    labels: Mapping[str, Text] = field(default_factory=dict)
    declared: tuple[FieldView, ...] = ()
    empty: tuple[Text, ...] = ()
