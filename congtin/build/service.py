"""A builder that stays: it remembers what it read, so that one edit costs little more than its pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from congtin.build.pipeline import build
from congtin.build.report import BuildReport
from congtin.build.request import BuildRequest, Progress
from congtin.catalogue.memory import Memory


class BuildService:
    """Builds the same request again and again; for `serve --watch`, and for publishing."""

    def __init__(self, request: BuildRequest) -> None:
        self.request = request
        self.memory = Memory()

    def rebuild(
        self, now: datetime, changed: Collection[Path] | None = None, progress: Progress | None = None
    ) -> BuildReport:
        """Build what ``changed`` asks for at ``now``; without it the changes are looked for.

        Raise ProblemsFound or BuildError with the old pages still in place; the next call tries again.
        """
        paths = None if changed is None else {path.relative_to(self.request.root).as_posix() for path in changed}
        return build(replace(self.request, now=now), progress, paths, memory=self.memory)
