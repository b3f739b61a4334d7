"""One Edition: its plan, its Items as Pelican content, its files, and where they are written."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from pelican import signals
from pelican.contents import Article, Page
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator

from congtin.build.alone import job_for
from congtin.build.apart import MANY_PAGES, Apart, worth_it
from congtin.build.commit import commit
from congtin.build.contexts import Contexts
from congtin.build.edition import EditionJob
from congtin.build.keys import Keys
from congtin.build.output import OutputSink
from congtin.build.pages import PageSpec
from congtin.build.pictures import Pictures, published_files
from congtin.build.plan import PlacedItem
from congtin.build.views import Views
from congtin.build.writer import EditionWriter
from congtin.errors import CongtinError
from congtin.layout import state_folder
from congtin.model import EditionKey, Profile, Role
from congtin.validation import parse_time


def prepare(pelican: Any) -> None:
    """Put the Edition's plan into the settings; a plain Pelican run reads the repository itself."""
    settings = pelican.settings
    if "CONGTIN_JOB" not in settings:
        root, output = Path(settings["CONGTIN_ROOT"]), Path(settings["OUTPUT_PATH"])
        now = parse_time(settings["CONGTIN_NOW"]) if settings["CONGTIN_NOW"] else datetime.now().astimezone()
        key = EditionKey(settings["CONGTIN_SITE"], settings["CONGTIN_LANG"])
        profile = Profile(settings["CONGTIN_PROFILE"])
        try:
            settings["CONGTIN_JOB"] = job_for(root, key, profile, now, output, state_folder(root, output))
        except CongtinError as error:
            # Pelican would show a traceback; whoever typed the command needs the sentences.
            raise SystemExit(str(error)) from error
    job: EditionJob = settings["CONGTIN_JOB"]
    settings["CONGTIN_PICTURES"] = Pictures(job.plan.root, job.state)
    settings["CONGTIN_VIEWS"] = Views(job.plan, job.interface, job.brand, settings["CONGTIN_PICTURES"])
    outline = job.keys.outline if job.keys else None
    words = job.interface.translations()
    contexts = settings["CONGTIN_CONTEXTS"] = Contexts(settings["CONGTIN_VIEWS"], words.gettext, outline)
    settings["CONGTIN_KEYS"] = job.keys or Keys(job.plan, contexts.outline, job.frame, job.interface)
    settings["CONGTIN_SINK"] = OutputSink(
        job.output, job.state, job.plan.edition.key, full=job.full, whole=job.whole, before=job.before
    )
    settings["CONGTIN_READ"] = {}
    settings["CONGTIN_SINK"].open()
    settings["CONGTIN_APART"] = Apart(settings["CONGTIN_SINK"])


def seal(pelican: Any) -> None:
    """Leave all files ready to be put in place; runs after the checks of `strict`."""
    settings = pelican.settings
    sink, job = settings["CONGTIN_SINK"], settings["CONGTIN_JOB"]
    settings["CONGTIN_WRITTEN"] = sink.seal(settings["CONGTIN_KEYS"].edition)
    if job.alone:
        commit(job.output, job.state, [job.plan.edition.key])


class _ItemPages:
    """What articles and pages have in common: they are read from the plan, not from a walk."""

    fixed: bool
    content_class: type
    settings: dict[str, Any]
    context: dict[str, Any]
    path: str
    readers: Any
    placed: list[PlacedItem]
    context_signal: Any

    def job(self) -> EditionJob:
        job: EditionJob = self.settings["CONGTIN_JOB"]
        return job

    @cached_property
    def root(self) -> str:
        return str(self.job().plan.root)

    def add(self, *roles: Role) -> None:
        """Take the plan's Items of these roles; each plugin adds those it is there for."""
        items = self.job().plan.items
        self.placed += [p for p in items if p.item.fixed == self.fixed and p.placement.role in roles]

    def write_all(self, writer: EditionWriter, get_template: Any) -> None:
        """Write the pages of all Items; very many in another process, while this one writes lists, feeds and data."""
        if worth_it(len(self.job().plan.items)):
            self.settings["CONGTIN_APART"].add(lambda: self.write_due(writer, get_template))
        else:
            self.write_due(writer, get_template)

    def write_due(self, writer: EditionWriter, get_template: Any) -> None:
        """Write the page of every Item whose page is not still right; very many are shared between two processes."""
        contexts: Contexts = self.settings["CONGTIN_CONTEXTS"]
        keys: Keys = self.settings["CONGTIN_KEYS"]
        sink, folder = writer.sink, contexts.plan.edition.folder
        specs = {spec.path: spec for spec in contexts.outline.item_pages}
        due: list[tuple[PageSpec, PlacedItem]] = []
        for placed in sorted(self.placed, key=lambda p: p.placement.path):
            spec = specs[placed.placement.path]
            if not sink.keep(f"{folder}/{placed.placement.output}", keys.of(spec)):
                due.append((spec, placed))
            if placed.item.media:
                self.write_media(sink, spec, placed)

        def write(some: Sequence[tuple[PageSpec, PlacedItem]]) -> None:
            for spec, placed in some:
                self.write_page(writer, get_template, spec, placed)

        if not worth_it(len(due)):
            write(due)
            return
        with closing(Apart(sink)) as halves:
            for half in (due[0::2], due[1::2]):
                halves.add(partial(write, half))
                halves.begin()
            halves.finish()

    def write_page(self, writer: EditionWriter, get_template: Any, spec: PageSpec, placed: PlacedItem) -> None:
        """Render the page of one Item; of very many nothing stays in memory."""
        contexts: Contexts = self.settings["CONGTIN_CONTEXTS"]
        views = contexts.views
        content, body = self.content_of(placed)
        read: dict[str, tuple[str, Any]] = self.settings["CONGTIN_READ"]
        if len(read) < MANY_PAGES:
            read[placed.placement.path] = body, content.view
        writer.write_file(
            f"{views.plan.edition.folder}/{placed.placement.output}",
            get_template(spec.template),
            self.context,
            site=views.site,
            page=contexts.heads.item(views.item_page(spec, placed), content.view, placed),
            item=content.view,
            body=body,
        )

    def content_of(self, placed: PlacedItem) -> tuple[Any, str]:
        """Return the Item as Pelican content, for plugins to look at, and its text as our Reader gave it."""
        body, metadata = self.readers.readers["md"].read_placed(placed)
        if self.context_signal.receivers:
            self.context_signal.send(self, metadata=metadata)
        path = f"{self.root}/{placed.source.path}"
        return self.content_class(body, metadata, self.settings, path, self.context), body

    def write_media(self, sink: OutputSink, spec: PageSpec, placed: PlacedItem) -> None:
        if spec.template == "withdrawn":
            return
        folder = f"{self.job().plan.edition.folder}/{placed.placement.path}"
        for media in placed.item.media.values():
            for file in published_files(media):
                if not sink.keep(folder + file.name, f"m.{file.key}"):
                    sink.put(folder + file.name, self.settings["CONGTIN_PICTURES"].data(media, file.id))


class _KnowsItsPath:
    """Content whose path below the repository's root is known: Pelican would work it out each time."""

    placed: PlacedItem

    def get_relative_source_path(self, source_path: str | None = None) -> str:
        """Return the path from the repository's root."""
        return self.placed.source.path


class ItemArticle(_KnowsItsPath, Article):  # type: ignore[misc]  # Pelican has no type hints
    """An Item with a date: an article, a document, and the like."""


class ItemPage(_KnowsItsPath, Page):  # type: ignore[misc]  # Pelican has no type hints
    """A fixed page."""


class ItemArticles(_ItemPages, ArticlesGenerator):  # type: ignore[misc]  # Pelican has no type hints
    """Items with a date of this Edition."""

    fixed = False
    content_class = ItemArticle
    context_signal = signals.article_generator_context

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.placed: list[PlacedItem] = []
        super().__init__(*args, **kwargs)

    def generate_context(self) -> None:
        self.articles: list[Article] = []
        signals.article_generator_finalized.send(self)

    def generate_output(self, writer: EditionWriter) -> None:
        self.write_all(writer, self.get_template)
        signals.article_writer_finalized.send(self, writer=writer)


class ItemFixedPages(_ItemPages, PagesGenerator):  # type: ignore[misc]  # Pelican has no type hints
    """Fixed pages of this Edition."""

    fixed = True
    content_class = ItemPage
    context_signal = signals.page_generator_context

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.placed: list[PlacedItem] = []
        super().__init__(*args, **kwargs)

    def generate_context(self) -> None:
        self.pages: list[Page] = []
        signals.page_generator_finalized.send(self)

    def generate_output(self, writer: EditionWriter) -> None:
        self.write_all(writer, self.get_template)
        signals.page_writer_finalized.send(self, writer=writer)


class ThemeFiles(Generator):  # type: ignore[misc]  # Pelican has no type hints
    """The theme's own files, under names that change with their content."""

    def generate_output(self, writer: EditionWriter) -> None:
        self.settings["CONGTIN_APART"].begin()
        folder = self.settings["CONGTIN_JOB"].plan.edition.folder
        for name, data in self.settings["CONGTIN_VIEWS"].assets.files():
            writer.sink.put(f"{folder}/{name}", data)


def add_originals(generator: _ItemPages) -> None:
    """Add the Items that are at home on this Site."""
    generator.add(Role.ORIGINAL)


def generators(pelican: object) -> list[type]:
    """Return the generators that take the place of Pelican's own."""
    return [ItemArticles, ItemFixedPages, ThemeFiles]


def writer(pelican: object) -> type[EditionWriter]:
    """Return the Writer that collects an Edition's files."""
    return EditionWriter


def register() -> None:
    """Pelican calls this once in each process."""
    signals.initialized.connect(prepare)
    signals.get_generators.connect(generators)
    signals.get_writer.connect(writer)
    signals.article_generator_init.connect(add_originals)
    signals.page_generator_init.connect(add_originals)
    signals.finalized.connect(seal)
