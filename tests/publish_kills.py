"""Publications killed at random moments: citizens always see one whole Release, and the next one is right."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field

from homes import TinyHome
from network import REPOSITORY, article

from congtin.editorial.desk import Desk
from congtin.release.integrity import verify_release
from congtin.release.releases import all_releases, live_release

EDITED = "content/ha/lim/tin-tuc/2026/a.vi.md"
PAGE = "tin-tuc/2026/a"
HOST = "lim.ha.gov.vn"


@dataclass
class Kills:
    """What was seen."""

    seed: int
    kills: int = 0
    finished: int = 0
    """Publications that were done before the kill came."""
    switched: int = 0
    """Kills after which the new Release was live."""
    left: Counter[str] = field(default_factory=Counter)
    """What a killed publication left behind."""

    def summary(self) -> str:
        return (
            f"seed {self.seed}: {self.kills} kills, {self.finished} came too late, after {self.switched} the new "
            f"Release was live, {dict(sorted(self.left.items()))}"
        )


def kill_publications(home: TinyHome, count: int, seed: int) -> Kills:
    """Publish ``count`` edits, each killed at a random moment first; AssertionError when anything is wrong."""
    chance = random.Random(seed)  # noqa: S311 (moments, not secrets)
    seen = Kills(seed)
    # The first publication makes everything, and takes longer than any that follows.
    for text in ("Bản", "Bản 0"):
        home.edit({EDITED: article(1, text)})
        started = time.monotonic()
        _start(home).wait(120)
        whole = time.monotonic() - started
    for number in range(1, count + 1):
        home.edit({EDITED: article(1, f"Bản {number}")})
        with _start(home) as process:
            time.sleep(chance.uniform(0, whole * 1.1))
            seen.finished += process.poll() is not None
            process.kill()
        seen.kills += 1
        _look(home, number, seen)
        if chance.random() < 0.5:
            # Half of the time the next publication is one of the service's, in this process; else only the next edit.
            home.publish()
            assert f"Bản {number}" in home.page(HOST, PAGE), number
    home.publish()
    assert f"Bản {count}" in home.page(HOST, PAGE)
    assert home.damage() == [] and home.desk.verified() == []
    _require_logged(home)
    return seen


def _start(home: TinyHome) -> subprocess.Popen[bytes]:
    command = [REPOSITORY / ".venv" / "bin" / "congtin", "publish", "--home", home.folder]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _look(home: TinyHome, number: int, seen: Kills) -> None:
    """Every Release that has its name is whole, and the live one shows this edit or an earlier one."""
    live = live_release(home.home)
    assert live is not None
    with Desk(home.desk.content, live.record.created) as desk:
        for release in all_releases(home.home)[-2:]:
            assert verify_release(release, desk.trust) == [], (number, release.number)
    page = home.page(HOST, PAGE)
    shown = next(edit for edit in range(number, -1, -1) if f"Bản {edit}<" in page or f"Bản {edit}\n" in page)
    seen.switched += shown == number
    seen.left["half a Release"] += bool(list(home.home.releases.glob(".new-*")))
    seen.left["a Release not live"] += all_releases(home.home)[-1].number > live.number
    seen.left["a live Release not logged"] += not _logged(home, live.number)


def _logged(home: TinyHome, number: int) -> int:
    return sum(
        1 for each in home.desk.log() if each.entry.event == "published" and each.entry.detail["release"] == number
    )


def _require_logged(home: TinyHome) -> None:
    """Every Release that was live is in the audit log, once."""
    numbers = [each.entry.detail["release"] for each in home.desk.log() if each.entry.event == "published"]
    assert len(numbers) == len(set(numbers))
    assert home.live.number in numbers
