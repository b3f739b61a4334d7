"""Lists: sections, the document library and its filters, tags, archives."""

from __future__ import annotations

from pelican import signals
from pelican.generators import Generator

from congtin.build.writer import EditionWriter


class Lists(Generator):  # type: ignore[misc]  # Pelican has no type hints
    """Writes every list of this Edition."""

    def generate_output(self, writer: EditionWriter) -> None:
        contexts = self.settings["CONGTIN_CONTEXTS"]
        for spec in contexts.outline.list_pages:
            writer.write_page(self.get_template, self.context, contexts, spec)


def generators(pelican: object) -> type[Lists]:
    """Return the generator of lists."""
    return Lists


def register() -> None:
    """Pelican calls this once in each process."""
    signals.get_generators.connect(generators)
