"""Copies of other Sites' Items: placed by `congtin.crosspost`, rendered here under this Site's frame."""

from __future__ import annotations

from typing import Any

from pelican import signals

from congtin.errors import BuildError
from congtin.messages import msg
from congtin.model import Role


def add_copies(generator: Any) -> None:
    """Add the Items this Site has accepted from others."""
    generator.add(Role.CROSSPOST)


def require_attribution(content: Any) -> None:
    """Refuse a copy that does not name its origin and its canonical address (F6)."""
    if content.placed.is_copy and not (content.view.origin and content.view.canonical.startswith("https://")):
        raise BuildError(msg("The copy {path} does not name its origin.", path=content.placed.placement.path))


def register() -> None:
    """Pelican calls this once in each process."""
    signals.article_generator_init.connect(add_copies)
    signals.page_generator_init.connect(add_copies)
    signals.content_object_init.connect(require_attribution)
