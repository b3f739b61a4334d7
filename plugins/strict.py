"""No silent failure: a warning or error of Pelican, or a page that was not written, stops the run."""

from __future__ import annotations

from pelican import signals

from congtin.build.complaints import listen, require_none
from congtin.build.pages import Outline
from congtin.errors import BuildError
from congtin.messages import msg


def stop_on_complaints(pelican: object) -> None:
    """Raise when Pelican logged a warning: it would go on without the article or plugin."""
    require_none()


def stop_on_missing_pages(pelican: object) -> None:
    """Raise when a planned page was not written."""
    outline: Outline = pelican.settings["CONGTIN_CONTEXTS"].outline  # type: ignore[attr-defined]
    written = pelican.settings["CONGTIN_SINK"].outputs  # type: ignore[attr-defined]
    folder = outline.plan.edition.folder
    for spec in outline.all_pages():
        if f"{folder}/{spec.output}" not in written:
            raise BuildError(msg("The page {name} was not written.", name=spec.output))


def register() -> None:
    """Pelican calls this once in each process; it must come before the plugins it watches."""
    listen()
    signals.initialized.connect(stop_on_complaints)
    signals.finalized.connect(stop_on_complaints)
    signals.finalized.connect(stop_on_missing_pages)
