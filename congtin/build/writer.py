"""Pelican's Writer, writing into an Edition's OutputSink instead of straight onto the disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Template
from pelican import signals
from pelican.writers import Writer

from congtin.build.contexts import Contexts
from congtin.build.keys import Keys
from congtin.build.output import OutputSink
from congtin.build.pages import PageSpec


class EditionWriter(Writer):  # type: ignore[misc]  # Pelican has no type hints
    """Renders and hands over; pagination is the plan's business, not the Writer's."""

    @property
    def sink(self) -> OutputSink:
        sink = self.settings["CONGTIN_SINK"]
        if not isinstance(sink, OutputSink):
            raise TypeError(sink)
        return sink

    def write_file(
        self,
        name: str,
        template: Template,
        context: dict[str, Any],
        relative_urls: bool = False,
        paginated: None = None,
        template_name: str | None = None,
        override_output: bool = False,
        url: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Render one page; ``name`` is a path below the output root.

        The template sees what is given for this page and nothing of Pelican's context: its key names all of it.
        """
        self.sink.put(name, template.render(kwargs).encode("utf-8"))
        if signals.content_written.receivers:
            signals.content_written.send(name, context=kwargs)

    def write_page(
        self,
        get_template: Callable[[str], Template],
        context: dict[str, Any],
        contexts: Contexts,
        spec: PageSpec,
    ) -> None:
        """Render one page that is not an Item, unless the one that is there is still right."""
        name = f"{contexts.plan.edition.folder}/{spec.output}"
        keys: Keys = self.settings["CONGTIN_KEYS"]
        if not self.sink.keep(name, keys.of(spec)):
            own: dict[str, Any] = contexts.of(spec)
            self.write_file(name, get_template(spec.template), context, **own)
