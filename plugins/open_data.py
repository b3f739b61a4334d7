"""Everything an Edition publishes, as data: the files of the API and tables of documents."""

from __future__ import annotations

from pelican import signals
from pelican.generators import Generator

from congtin.build.api import DESCRIPTION, DOCUMENTS, SITE, SITES, Api, sites_of
from congtin.build.api_description import description
from congtin.build.api_models import ROOT
from congtin.build.contexts import Contexts
from congtin.build.datasets import CATALOGUE, JSON_LD, TURTLE, open_datasets
from congtin.build.item_view import ItemView
from congtin.build.neighbours import NOTHING
from congtin.build.output import OutputSink
from congtin.build.plan import PlacedItem
from congtin.build.writer import EditionWriter
from congtin.model import SiteKind


class OpenData(Generator):  # type: ignore[misc]  # Pelican has no type hints
    """Writes the data of this Edition; pages of Items that are still right are kept."""

    def generate_output(self, writer: EditionWriter) -> None:
        contexts: Contexts = self.settings["CONGTIN_CONTEXTS"]
        keys, folder = self.settings["CONGTIN_KEYS"], contexts.plan.edition.folder
        sink, api = writer.sink, Api(contexts, self.read)
        for page in api.pages():
            name = f"{folder}/{ROOT}{page.name}"
            if not sink.keep(name, keys.of_data(page.entries, page.newer, page.older)):
                sink.put(name, api.page(page))
        sink.put(f"{folder}/{ROOT}{SITE}", api.site())
        documents, name = api.own_documents, f"{folder}/{ROOT}{DOCUMENTS}"
        if documents and not sink.keep(name, keys.of_data(documents)):
            sink.put(name, api.documents(documents))
        if contexts.plan.site.kind is SiteKind.PORTAL and contexts.plan.edition == contexts.plan.site.editions[0]:
            self.write_portal(writer.sink, contexts, api)

    def write_portal(self, sink: OutputSink, contexts: Contexts, api: Api) -> None:
        """Write what a Portal has once: the list of its Sites, the description of the API, the catalogue."""
        folder = contexts.plan.edition.folder
        sink.put(f"{folder}/{ROOT}{SITES}", sites_of(contexts))
        sink.put(f"{folder}/{ROOT}{DESCRIPTION}", description(contexts))
        key = self.settings["CONGTIN_KEYS"].of_data(open_datasets(contexts), bool(api.own_documents))
        names = {form: f"{folder}/{CATALOGUE}{form}" for form in (TURTLE, JSON_LD)}
        due = [form for form, name in names.items() if not sink.keep(name, key)]
        if not due:
            return
        # rdflib takes a moment to load; who writes no catalogue does without it.
        from congtin.build.open_data import catalogue

        made = catalogue(contexts, api)
        for form in due:
            sink.put(names[form], made[form])

    def read(self, placed: PlacedItem) -> tuple[str, ItemView]:
        """Return an Item's text in this Edition, and its view."""
        known: tuple[str, ItemView] | None = self.settings["CONGTIN_READ"].get(placed.placement.path)
        if known:
            return known
        body, metadata = self.readers.readers["md"].read_placed(placed, NOTHING)
        return body, metadata["view"]


def generators(pelican: object) -> type[OpenData]:
    """Return the generator of data."""
    return OpenData


def register() -> None:
    """Pelican calls this once in each process."""
    signals.get_generators.connect(generators)
