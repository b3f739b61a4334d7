"""What Pelican only logs: it would go on without the article or the plugin, and we do not."""

from __future__ import annotations

import logging

from congtin.errors import BuildError
from congtin.messages import msg


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record.getMessage())


_collector = _Collector()


def listen() -> None:
    """Hear from now on what Pelican logs in this process and in those forked from it."""
    logging.getLogger("pelican").addHandler(_collector)


def require_none() -> None:
    """Raise BuildError when Pelican has logged a warning."""
    if _collector.seen:
        raise BuildError(msg("Pelican complained: {detail}", detail="; ".join(_collector.seen[:5])))
