"""Sources, Items and the Catalogue that holds them."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from congtin.catalogue.front_matter import Article, Document, Original, Page, Translation
from congtin.catalogue.kind_models import KindItem
from congtin.catalogue.markdown import Heading
from congtin.catalogue.paths import SourcePath
from congtin.engine import blob_id
from congtin.errors import Problem
from congtin.media.facts import MediaFacts
from congtin.model import HANOI_TIME, ItemKind

Facts = Article | Page | Document | KindItem
_OWN_KINDS: Mapping[str, ItemKind] = {kind.value: kind for kind in ItemKind}


@dataclass(frozen=True, slots=True)
class Body:
    """What was seen in a Source's text, without the text."""

    first_line: int
    links: tuple[str, ...]
    images: tuple[tuple[str, str], ...]
    headings: tuple[Heading, ...]
    empty: bool


@dataclass(frozen=True, slots=True)
class Source:
    """One file in one language."""

    where: SourcePath
    blob: str
    front: Original | Translation
    front_text: str
    body: Body

    @property
    def path(self) -> str:
        return self.where.path

    @property
    def lang(self) -> str:
        return self.where.lang


@dataclass(frozen=True, slots=True)
class Media:
    """One file beside an Item."""

    path: str
    name: str
    blob: str
    size: int
    facts: MediaFacts | None = None
    """What was seen in it; None where nobody looked: what is on main already keeps no push waiting."""


@dataclass(frozen=True)
class Item:
    """All languages of one thing."""

    original: Source
    translations: Mapping[str, Source] = field(default_factory=dict)
    media: Mapping[str, Media] = field(default_factory=dict)

    # What everybody asks of every Item, again and again, is worked out once.

    @cached_property
    def facts(self) -> Facts:
        # Whoever makes an Item has seen that its original is one (group.py).
        return cast("Facts", self.original.front)

    @cached_property
    def published(self) -> float:
        """When it is published, in seconds since 1970: compared sooner than times with their zones."""
        return self.facts.date.timestamp()

    @cached_property
    def month(self) -> str:
        """Year and month of publication in Hà Nội: ``2026/11``."""
        local_time = self.facts.date.astimezone(HANOI_TIME)
        return f"{local_time.year:04}/{local_time.month:02}"

    @cached_property
    def id(self) -> str:
        return self.facts.id

    @cached_property
    def kind(self) -> str:
        """One of the engine's own kinds, or one that a folder of the theme declares."""
        return _OWN_KINDS.get(self.facts.kind, self.facts.kind)

    @cached_property
    def fixed(self) -> bool:
        """Whether it is a fixed page: without a year in its address, in no archive."""
        facts = self.facts
        return isinstance(facts, Page) or (isinstance(facts, KindItem) and facts.declared.options.fixed)

    @cached_property
    def site(self) -> str:
        return self.original.where.site

    @cached_property
    def section(self) -> str:
        return self.original.where.section

    @cached_property
    def path(self) -> str:
        """Path of the original."""
        return self.original.path

    @cached_property
    def item_path(self) -> str:
        return self.original.where.item_path

    def work_out(self) -> None:
        """Work out now what is worked out once: for an Item that several processes are going to ask."""
        for name in _WORKED_OUT:
            getattr(self, name)

    def source(self, lang: str) -> Source | None:
        """Return the Source in a language, the original included."""
        return self.original if self.original.lang == lang else self.translations.get(lang)

    def sources(self) -> list[Source]:
        return [self.original, *self.translations.values()]

    def blobs(self) -> dict[str, str]:
        """Return the blob id of every file of the Item, texts and media."""
        files = {source.path: source.blob for source in self.sources()}
        files.update((media.path, media.blob) for media in self.media.values())
        return dict(sorted(files.items()))

    def faces(self) -> dict[str, str]:
        """Return the id Git would give to the front matter of every text: all that a teaser can show (F3)."""
        return {source.path: blob_id(source.front_text.encode()) for source in sorted(self.sources(), key=_path)}

    def is_stale(self, translation: Source) -> bool:
        """Tell whether the original has changed since this translation was made (B4)."""
        front = translation.front
        return isinstance(front, Translation) and front.translated_from != self.original.blob


_WORKED_OUT = [name for name, value in vars(Item).items() if isinstance(value, cached_property)]


def _path(source: Source) -> str:
    return source.path


@dataclass(frozen=True)
class Catalogue:
    """Items by id, and what was wrong on the way: all there are, or those that matter to some Sites."""

    items: Mapping[str, Item]
    problems: tuple[Problem, ...]
    source_count: int
    ids: Collection[str] = ()
    """Every id there is, to suggest one for a wrong one."""

    def by_path(self) -> dict[str, Item]:
        return {item.item_path: item for item in self.items.values()}


def relative_item_path(source: Source, link: str) -> str:
    """Return the Item path a relative link to a Source means."""
    target = posixpath.normpath(posixpath.join(source.where.folder, link)).removesuffix(".md")
    return target.rpartition(".")[0] if "." in posixpath.basename(target) else target
