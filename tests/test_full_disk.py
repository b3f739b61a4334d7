"""A full disk while something is built or published: one clear error, the live tree untouched, the next one right.

The home lies on a small file system of its own. Backups: tests/test_backup_damage.py.
"""

from __future__ import annotations

import errno
import gc
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from desks import TinyDesk, clock
from homes import PUBLISHER, TinyHome
from network import article

from congtin.editorial.desk import MAIN
from congtin.errors import CongtinError
from congtin.release.publish import PublishFailed
from congtin.release.releases import all_releases
from congtin.release.service import Service
from congtin.release.steps import Step, Steps
from congtin.release.told import publish_and_tell

A = "content/ha/lim/tin-tuc/2026/a.vi.md"
HOST, PAGE = "lim.ha.gov.vn", "tin-tuc/2026/a"
ROOM = 64 << 20
# A publication of these few Sites takes about a megabyte. Kilobytes that are free when it begins, and steps at whose
# beginning the rest is taken away.
ALL = os.environ.get("CONGTIN_FULL") == "all"
LEVELS = [0, 4, 64, 256, 512, 640, 768, 896, 1024, 1152, 1280, 1536] if ALL else [0, 640]
BEFORE = [Step.VERIFY, Step.EXPORT, Step.BUILD, Step.ASSEMBLE, Step.CHECK, Step.SIGN]
AFTER = [Step.SWITCH, Step.LOOK, Step.LOG, Step.TIDY]
if not ALL:
    BEFORE, AFTER = [Step.BUILD, Step.ASSEMBLE, Step.SIGN], [Step.SWITCH]
FILLER = "filler"
TOLD = "The disk is full; what citizens see was not touched."
pytestmark = pytest.mark.slow


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a file system in memory; skip where that is not allowed."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    if done.returncode:
        pytest.skip(f"a small disk needs the right to mount one: {done.stderr.strip()}")
    try:
        yield
    finally:
        # An error that a test looked at may hold a database of the publication open until nobody needs it any more.
        gc.collect()
        subprocess.run(["umount", "--lazy", folder], check=True, timeout=30)


@dataclass
class SmallHome:
    """A publisher on a small disk, and the number of its last edit."""

    tiny: TinyHome
    edit: int = 0

    @classmethod
    @contextmanager
    def create(cls, folder: Path) -> Iterator[SmallHome]:
        with small_disk(folder / "home"):
            tiny = TinyHome(TinyDesk.create(folder, f"-- {A} --\n{article(1, 'Bản 0')}", code=True), folder / "home")
            (tiny.folder / "publisher.yaml").write_text(PUBLISHER)
            tiny.publish()
            try:
                yield cls(tiny)
            finally:
                tiny.desk.close()

    def change(self) -> None:
        """Have something to publish."""
        self.edit += 1
        self.tiny.edit({A: article(1, f"Bản {self.edit}")})

    def fill(self, leave: int = 0) -> None:
        """Leave so many bytes free."""
        status = os.statvfs(self.tiny.folder)
        wanted = status.f_bavail * status.f_frsize - leave
        with (self.tiny.folder / FILLER).open("ab", buffering=0) as stream:
            while wanted > 0:
                try:
                    wanted -= stream.write(bytes(min(wanted, 1 << 16)))
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    return

    def make_room(self) -> None:
        (self.tiny.folder / FILLER).unlink(missing_ok=True)

    @property
    def shown(self) -> int:
        """The edit that citizens see."""
        return next(n for n in range(self.edit, -1, -1) if f"Bản {n}<" in self.tiny.page(HOST, PAGE))

    def require_untouched(self, number: int, edit: int) -> None:
        """Nothing is half there: the same Release is live, whole, and nothing lies about."""
        tiny = self.tiny
        assert (tiny.live.number, self.shown) == (number, edit) and tiny.damage() == []
        assert all_releases(tiny.home)[-1].number == number
        assert {path.name for path in tiny.home.releases.iterdir()} == {f"{each:06}" for each in tiny.numbers}
        assert not list((tiny.folder / "status").glob(".*"))

    def require_next_right(self) -> None:
        """With room again the next publication is as if nothing had been."""
        self.tiny.publish()
        assert self.shown == self.edit and self.tiny.damage() == [] and self.tiny.desk.verified() == []


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    with SmallHome.create(tmp_path_factory.mktemp("disk")) as home:
        yield home


@pytest.fixture(autouse=True)
def with_room(small):
    yield
    small.make_room()


@pytest.mark.parametrize("kilobytes", LEVELS)
def test_a_publication_without_room_says_so_and_touches_nothing(small, kilobytes, record_property):
    """One sentence and what to do, exit status 1, no traceback; or there was just enough room."""
    number, edit = small.tiny.live.number, small.shown
    small.change()
    small.fill(kilobytes << 10)
    done = small.tiny.congtin("publish", check=False)
    small.make_room()
    if done.returncode == 0 and kilobytes > 640:
        record_property("fitted", "1")
        assert small.shown == small.edit
    else:
        record_property("full", "1")
        hint = f"Make room on the disk of {small.tiny.folder}, then publish again."
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.split("\n") == [f"error: {TOLD}", f"    {hint}", ""]
        small.require_untouched(number, edit)
    small.require_next_right()


@pytest.mark.parametrize("step", BEFORE)
def test_a_disk_that_fills_up_before_the_switch_touches_nothing(small, step, record_property):
    """While history is verified, files exported, pages built, assembled and compressed, checked, signed."""
    number, edit = small.tiny.live.number, small.shown
    small.change()
    with pytest.raises(PublishFailed, match=TOLD):
        publish_and_tell(small.tiny.home, MAIN, clock(), Steps(lambda begun: small.fill() if begun is step else None))
    small.make_room()
    record_property("full", "1")
    small.require_untouched(number, edit)
    small.require_next_right()


@pytest.mark.parametrize("step", AFTER)
def test_a_disk_that_fills_up_when_all_is_written_hinders_nothing(small, step, record_property):
    """The switch needs no room, nor does what is told need to succeed: the Release is live and in the log."""
    small.change()
    publish_and_tell(small.tiny.home, MAIN, clock(), Steps(lambda begun: small.fill() if begun is step else None))
    small.make_room()
    record_property("fitted", "1")
    assert small.shown == small.edit and small.tiny.damage() == []
    last = small.tiny.desk.log()[-1].entry
    assert (last.event, last.detail["release"]) == ("published", small.tiny.live.number)


def test_the_service_goes_on_and_tries_again(small, record_property):
    """It does not end for want of room, neither when it begins nor when it publishes."""
    number, edit = small.tiny.live.number, small.shown
    small.change()
    small.fill()
    told: list[CongtinError] = []
    service = Service(small.tiny.home, refused=told.append)
    service._tell()
    service.publish(service.due())
    small.make_room()
    assert [str(error.message) for error in told] == [TOLD]
    assert service.failed.again is not None
    record_property("full", "1")
    small.require_untouched(number, edit)
    service.publish(service.due() or MAIN)
    assert service.failed is None and small.shown == small.edit
