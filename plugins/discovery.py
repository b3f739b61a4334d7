"""Home, contact, directory, site map, redirects, feeds, and what machines look for."""

from __future__ import annotations

from pelican import signals
from pelican.generators import Generator

from congtin.build.discovery import opensearch, robots, security, server_lists, sitemap
from congtin.build.feeds import feed_bytes, feeds
from congtin.build.heads import OPENSEARCH
from congtin.build.searchable import searchable, searchable_list
from congtin.build.writer import EditionWriter


class Discovery(Generator):  # type: ignore[misc]  # Pelican has no type hints
    """Writes what helps people and machines to find the rest."""

    def generate_output(self, writer: EditionWriter) -> None:
        contexts = self.settings["CONGTIN_CONTEXTS"]
        plan = contexts.plan
        for spec in (*contexts.outline.fixed_pages, *contexts.outline.redirect_pages):
            writer.write_page(self.get_template, self.context, contexts, spec)
        keys = self.settings["CONGTIN_KEYS"]
        for feed in feeds(contexts):
            name = f"{plan.edition.folder}/{feed.path}"
            if not writer.sink.keep(name, keys.of_feed(feed.items)):
                writer.sink.put(name, feed_bytes(contexts, feed))
        writer.sink.put(f"{plan.edition.folder}/sitemap.xml", sitemap(contexts))
        name, shown = searchable_list(contexts)
        if not writer.sink.keep(name, keys.of_feed(shown)):
            writer.sink.put(name, searchable(contexts, shown))
        description = opensearch(contexts)
        if description:
            writer.sink.put(f"{plan.edition.folder}/{OPENSEARCH}", description)
        self.write_host_files(writer)
        for name, text in server_lists(plan).items():
            writer.sink.put(name, text.encode("utf-8"))

    def write_host_files(self, writer: EditionWriter) -> None:
        """Write what a host has once; the Edition at its root brings it."""
        plan = self.settings["CONGTIN_CONTEXTS"].plan
        if plan.edition.prefix:
            return
        writer.sink.put(f"{plan.edition.host}/robots.txt", robots(plan).encode("utf-8"))
        text = security(plan)
        if text:
            writer.sink.put(f"{plan.edition.host}/.well-known/security.txt", text.encode("utf-8"))


def generators(pelican: object) -> type[Discovery]:
    """Return the generator of everything that is neither Item nor list."""
    return Discovery


def register() -> None:
    """Pelican calls this once in each process."""
    signals.get_generators.connect(generators)
