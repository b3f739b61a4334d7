"""Indexes of what citizens read: made beside the service whenever another Release is live, and told in its status."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from congtin.errors import CongtinError
from congtin.release.home import Home
from congtin.release.releases import live_release
from congtin.release.search.beside import Indexer
from congtin.release.search.lists import Tree
from congtin.release.search.standing import tell, tell_failure
from congtin.release.search.trees import release_tree
from congtin.release.search.update import Update, make_apart


def following(home: Home, failed: Callable[[CongtinError], None], news: threading.Event) -> Indexer:
    """Return what follows the live Release; ``news`` is set whenever there is something to tell."""

    def published() -> tuple[object, Tree] | None:
        live = live_release(home)
        return (live.number, release_tree(live)) if live else None

    def made(done: Update) -> None:
        live = live_release(home)
        tell(home, live.number if live else 0, done, datetime.now().astimezone())
        news.set()

    def kept_back(error: CongtinError) -> None:
        tell_failure(home, error, datetime.now().astimezone())
        news.set()
        failed(error)

    return Indexer(home.search, published, make_apart, made, kept_back)
