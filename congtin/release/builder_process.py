"""What `Builder` runs: builds on order, without a thread, until the one who orders is gone.

It takes no care of signals: one ends it at once with all its workers, and the next build finishes what this began.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from multiprocessing.connection import Connection

from congtin.build.request import Progress
from congtin.build.service import BuildService
from congtin.build.site_work import SiteResult
from congtin.errors import CongtinError, ProblemsFound
from congtin.release.builder import Built, NotBuilt, Order, Step


class _Teller(Progress):
    """Passes on how far a build is. When nobody is there to hear it, the build ends too."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.total = self.done = 0

    def start(self, editions: int) -> None:
        self.total, self.done = editions, 0
        self.connection.send(Step(0, editions))

    def advance(self, result: SiteResult) -> None:
        self.done += len(result.editions)
        self.connection.send(Step(self.done, self.total))


def serve_orders(connection: Connection) -> None:
    """Answer one order after another."""
    service = BuildService(connection.recv())
    teller = _Teller(connection)
    while True:
        order: Order = connection.recv()
        connection.send(_answer(service, order, teller))


def _answer(service: BuildService, order: Order, teller: _Teller) -> Built | NotBuilt:
    try:
        return Built(service.rebuild(order.now, order.saved.paths, teller))
    except ProblemsFound as error:
        return NotBuilt(error.message, error.hint, error.problems)
    except CongtinError as error:
        return NotBuilt(error.message, error.hint)


if __name__ == "__main__":
    with suppress(EOFError, ConnectionError):
        serve_orders(Connection(int(sys.argv[1])))
