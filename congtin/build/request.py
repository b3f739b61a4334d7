"""What a build is asked to do, and who listens to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from congtin.cores import worker_count
from congtin.model import EditionKey, Profile

if TYPE_CHECKING:
    # Asking whether anything has changed must not cost the reading of the whole engine.
    from congtin.build.site_work import SiteResult


@dataclass(frozen=True)
class Cluster:
    """Where the scheduler is, and who we are: all three files for ``tls://``, none for ``tcp://``."""

    address: str
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    sample: int | None = None
    """How many Sites to render again here; nothing: one in a hundred, and two at least."""


@dataclass(frozen=True)
class BuildRequest:
    """What to build, from where to where."""

    root: Path
    output: Path
    state: Path
    now: datetime
    profile: Profile = Profile.WORK
    sites: Sequence[str] = ()
    langs: Sequence[str] = ()
    workers: int = field(default_factory=worker_count)
    full: bool = False
    """Ignore all stores and render every page, whatever was rendered before."""
    cluster: Cluster | None = None
    """Build on its workers instead of this machine's processes."""
    editions: frozenset[EditionKey] | None = None
    """Only these of the Editions that ``sites`` and ``langs`` choose."""


class Progress:
    """Listens to a build; the command line shows it."""

    def wait(self) -> None:
        """Learn that another build has the output, and that this one waits for it."""

    def start(self, editions: int) -> None:
        """Learn how many Editions there are to look at."""

    def advance(self, result: SiteResult) -> None:
        """Learn that one Site's Editions are done."""
