"""The folder of one machine that publishes: its settings, its Releases, and what it works with.

publisher.yaml     what it is told
releases/000042/   Releases, read-only (`releases`)
live               a link to the one that citizens see; moving it is the switch
assets/<host>/     files named by their content, of all Releases at hand: a page opened before a switch finds its own
search/<host>/     search indexes, made after the pages are live (`search.place`)
databases/<host>/  the database of each Portal, made after the pages are live (`database`)
supplement/        indexes and databases signed for targets that make none of their own (`supplement`)
work/              what the next Release is built with; nothing else writes there
queue/  status/    requests that wait, and what is going on
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from congtin.errors import CongtinError, UsageError
from congtin.locks import locked
from congtin.messages import msg
from congtin.release.settings import FILE, Settings, load_settings


class PublisherBusy(CongtinError):
    """Another process publishes for too long; nothing was done."""


@dataclass(frozen=True)
class Home:
    """Where everything is."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> Home:
        """Return the home in a folder; raise UsageError or ProblemsFound when its settings cannot be used."""
        home = cls(folder.absolute())
        home.settings  # noqa: B018 (read now, so that what is wrong is said first)
        return home

    @cached_property
    def settings(self) -> Settings:
        return load_settings(self.folder / FILE)

    def path(self, value: str) -> Path:
        """Return a path of the settings: relative ones begin at the home."""
        return self.folder / value

    @property
    def content(self) -> Path:
        """The content repository; raise UsageError where there is none."""
        path = self.path(self.settings.content)
        if not path.is_dir():
            hint = msg("“content” of {file} names it.", file=self.folder / FILE)
            raise UsageError(msg("There is no content repository {path}.", path=path), hint)
        return path

    @property
    def releases(self) -> Path:
        return self.folder / "releases"

    @property
    def live(self) -> Path:
        return self.folder / "live"

    @property
    def assets(self) -> Path:
        return self.folder / "assets"

    @property
    def search(self) -> Path:
        return self.folder / "search"

    @property
    def databases(self) -> Path:
        return self.folder / "databases"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def queue(self) -> Path:
        return self.folder / "queue"

    @property
    def status(self) -> Path:
        return self.folder / "status"

    @contextmanager
    def lock(self, patience: float = 3600) -> Iterator[None]:
        """Be the only one who publishes, switches or removes; raise PublisherBusy after ``patience`` seconds.

        The system ends the lock with the process that holds it, however that ends.
        """
        file = self.folder / ".lock"
        hint = msg("See what the process does that holds {file}.", file=file)
        with locked(file, patience, lambda: PublisherBusy(msg("Another process is publishing."), hint)):
            yield
