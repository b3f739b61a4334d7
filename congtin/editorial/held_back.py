"""What on `main` the public does not get yet or at all: drafts, Items before their time, reasons among Boards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic_core import PydanticCustomError

from congtin import strict_yaml
from congtin.catalogue.front_matter import NoFrontMatter, split
from congtin.catalogue.paths import BadPath, SourcePath, parse
from congtin.editorial.repository import ABSENT, Difference, GitRepository
from congtin.validation import parse_time

# How the machines are driven is nobody's business outside (K8).
_PRIVATE = ("workflows/pipelines",)
# Almost every original says its time like this; anything else is read as YAML.
_PLAIN_TIME = re.compile(rb"^date: ([0-9T:+-]+)\r?$", re.MULTILINE)
_PICK = re.compile(r"sites/[^/]+/[^/]+/picks/[^/]+\.yaml")


class HeldBack:
    """Follows a repository from commit to commit and says what is to be left out at a time."""

    def __init__(self, repository: GitRepository) -> None:
        self.repository = repository
        self._times: dict[str, datetime | None] = {}
        """From when an original may be seen, by its path; None: not before another Change."""
        self._refusals: set[str] = set()

    def read(self, commit: str) -> None:
        """Take up all files of a commit."""
        for folder in ("content", "sites"):
            for _, oid, path in self.repository.tree(commit).entries(folder):
                self._take(path, oid)

    def follow(self, differences: Iterable[Difference]) -> None:
        """Take up what a step changed."""
        for difference in differences:
            self._times.pop(difference.path, None)
            self._refusals.discard(difference.path)
            if difference.new != ABSENT:
                self._take(difference.path, difference.new)

    def at(self, moment: datetime) -> Mapping[str, set[str]]:
        """Return what is left out at a time: folder → first parts of names, up to their first dot.

        With an original go its translations and its media.
        """
        waiting = [path for path, time in self._times.items() if time is None or time > moment]
        hidden: dict[str, set[str]] = {}
        for path in (*waiting, *self._refusals, *_PRIVATE):
            folder, _, name = path.rpartition("/")
            hidden.setdefault(folder, set()).add(name.partition(".")[0])
        return hidden

    def _take(self, path: str, oid: str) -> None:
        if _PICK.fullmatch(path):
            if b"refused" in self.repository.object(oid)[1]:
                self._refusals.add(path)
        elif _is_source(path):
            front = self.repository.object(oid)[1].partition(b"\n---")[0]
            if not re.search(rb"^translated_from:", front, re.MULTILINE):
                self._times[path] = _shown_from(front)


def _is_source(path: str) -> bool:
    try:
        return path.startswith("content/") and isinstance(parse(path), SourcePath)
    except BadPath:
        return False


def _shown_from(front: bytes) -> datetime | None:
    """Return from when an original may be seen; None for a draft, and for what cannot be read."""
    plain = _PLAIN_TIME.findall(front)
    try:
        if len(plain) == 1 and b"draft" not in front and b"\\" not in front:
            return parse_time(plain[0].decode())
        data = strict_yaml.load(split(front.decode("utf-8") + "\n---\n")[0])
        if not isinstance(data, dict) or data.get("draft", False) is not False:
            return None
        return parse_time(data.get("date"))
    except (UnicodeDecodeError, NoFrontMatter, PydanticCustomError, strict_yaml.YamlProblem):
        return None
