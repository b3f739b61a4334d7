"""A whole tiny publisher for tests: a desk whose main can be published, and the folder it is published from.

home = TinyHome.create(tmp_path, article)
home.publish()
home.desk.work("lim-editor") ...
home.page("lim.ha.vn", "/tin-tuc/2026/a/")
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from desks import TinyDesk, clock
from network import REPOSITORY, article

from congtin.editorial.desk import MAIN, Desk
from congtin.errors import Problem
from congtin.release.home import Home
from congtin.release.integrity import verify_release
from congtin.release.publish import Published
from congtin.release.records import Release
from congtin.release.releases import all_releases, live_release
from congtin.release.rollback import roll_back
from congtin.release.told import publish_and_tell

A = "content/ha/lim/tin-tuc/2026/a.vi.md"
PUBLISHER = """\
content: ../content.git
profile: work
"""


@dataclass
class TinyHome:
    """A desk and a publisher beside it."""

    desk: TinyDesk
    folder: Path
    clock: datetime | None = None
    published: list[Published] = field(default_factory=list)

    @classmethod
    def create(cls, folder: Path, *texts: str, settings: str = "", added: Mapping[str, str] | None = None) -> TinyHome:
        """Make a desk with the tiny network and the given files, and a home that publishes it.

        ``added`` are lines behind files of the theme and the plugins.
        """
        desk = TinyDesk.create(folder, *texts, code=True, added=added)
        home = folder / "home"
        home.mkdir()
        (home / "publisher.yaml").write_text(PUBLISHER + settings)
        return cls(desk, home)

    @property
    def home(self) -> Home:
        return Home.at(self.folder)

    def publish(self, revision: str = MAIN, now: datetime | None = None) -> Published:
        """Publish as the service does."""
        made = publish_and_tell(self.home, revision, now or self.clock or clock())
        self.published.append(made)
        return made

    def roll_back(self, number: int | None = None, **options: bool) -> Release:
        return roll_back(self.home, number, "a test", clock(), **options)

    def edit(
        self,
        files: Mapping[str, str | bytes],
        person: str = "lim-editor",
        head: str = "lim-head",
        *,
        near: bool = True,
    ) -> str:
        """Have an edit proposed, approved and merged, by the shorter way unless told not to; return the Change."""
        editor = self.desk.work(person, near=near)
        change = editor.propose("An edit", dict(files))
        self.desk.work(head, near=near).approve(change)
        editor.merge(change)
        return change

    def edit_shared(self, path: str, text: str) -> str:
        """Have a theme, plugin or another file of all Sites changed by those who may."""
        editor = self.desk.work("lim-editor", near=True)
        change = editor.propose("For all", {path: text})
        for person in ("portal-head", "ha-reviewer"):
            self.desk.work(person, near=True).approve(change)
        editor.merge(change)
        return change

    # --- what there is -------------------------------------------------------------------------

    @property
    def live(self) -> Release:
        release = live_release(self.home)
        assert release is not None
        return release

    @property
    def numbers(self) -> list[int]:
        return [release.number for release in all_releases(self.home)]

    def page(self, host: str, path: str) -> str:
        """Return a page as citizens would get it, through the link that is switched."""
        return (self.folder / "live" / "tree" / host / path.strip("/") / "index.html").read_text("utf-8")

    def has(self, name: str) -> bool:
        """Tell whether the live tree has a file."""
        return (self.folder / "live" / "tree" / name).exists()

    def damage(self) -> list[Problem]:
        """Return what the nightly check finds wrong with the live Release."""
        with Desk(self.desk.content, clock()) as desk:
            return verify_release(self.live, desk.trust)

    def congtin(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of the publisher as a person would."""
        environment = {**os.environ, "CONGTIN_HOME": str(self.folder), "CONGTIN_LANG": "en"}
        return subprocess.run(
            [REPOSITORY / ".venv" / "bin" / "congtin", *words],
            check=check, capture_output=True, text=True, env=environment, timeout=300, stdin=subprocess.DEVNULL,
        )  # fmt: skip


def copy(source: Path, target: Path) -> None:
    """Copy a folder with links, rights and times as they are."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True, timeout=60)


class Homes:
    """Homes that many tests begin with: each is made once, and put back before each test where it was made.

    It has to be the same place: a publisher believes no store that was sealed in another folder. What a test leaves is
    moved beside it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: dict[bool, TinyHome] = {}
        self._used = count(1)

    def begin(self, *, released: bool) -> TinyHome:
        """Return a home with one article; ``released``: it has been published once."""
        kept = self.folder / ("released" if released else "new")
        place = kept.with_name(f"{kept.name}-home")
        if released not in self._made:
            self._made[released] = self._make(place, released=released)
            copy(place, kept)
        else:
            place.rename(place.with_name(f"{place.name}-{next(self._used)}"))
            copy(kept, place)
        made = self._made[released]
        desk = replace(made.desk, village=replace(made.desk.village), network=replace(made.desk.network), works={})
        return replace(made, desk=desk, published=list(made.published))

    @staticmethod
    def _make(place: Path, *, released: bool) -> TinyHome:
        home = TinyHome.create(place, f"-- {A} --\n{article(1, 'Cầu mới')}")
        if released:
            home.publish()
        return home


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    """Return the homes of this worker."""
    return Homes(tmp_path_factory.mktemp("homes"))


@pytest.fixture
def home(homes: Homes, request: pytest.FixtureRequest) -> Iterator[TinyHome]:
    """Yield a home of the test's own, new or, with the mark `released`, published once."""
    made = homes.begin(released=request.node.get_closest_marker("released") is not None)
    yield made
    made.desk.close()
