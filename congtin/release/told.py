"""A publication that tells how far it is, and to the targets when it is live."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from congtin.editorial.desk import MAIN, Desk
from congtin.errors import CongtinError
from congtin.release import queue
from congtin.release.home import Home
from congtin.release.publish import Published, publish
from congtin.release.status import StatusBoard
from congtin.release.steps import Step, Steps


def publish_and_tell(
    home: Home, revision: str, now: datetime, listen: Steps | None = None, *, despite: Collection[str] = ()
) -> Published:
    """Publish as `publish` does, write every step to the status, and fulfil the requests that were there before.

    Raise what `publish` raises; then the requests wait on.
    """
    listen = listen or Steps()
    board = StatusBoard(home)
    requests = queue.waiting(home)
    with Desk(home.content, now) as desk:
        board.commit = desk.plain.resolve(revision)

        def begin(step: Step) -> None:
            # The status is a view of what is done, never a condition for it.
            with suppress(OSError):
                board.working(desk, step)
            listen.begin(step)

        try:
            published = publish(home, revision, now, Steps(begin), despite=despite)
        except CongtinError as error:
            with suppress(OSError):
                board.failed(desk, error, board.commit)
            raise
        if published.release.record.commit == desk.plain.resolve(MAIN) or revision == MAIN:
            queue.done(requests)
        with suppress(OSError):
            board.succeeded(desk, published.release.number, published.seconds)
    return published
