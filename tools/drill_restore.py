"""Measure copies and the way back on a throwaway home; `make drill` runs this on the demonstration network.

    .venv/bin/python tools/drill_restore.py --home HOME --key KEY --out FILE.json

Makes two places of its own beside the home, copies twice, checks, damages one file of a place, one Git object, one
file of a Release and one entry of the log and sees each named, then goes from an empty folder to all hosts answering.
The home's publisher.yaml gets these places; never give it a home that somebody uses.
"""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ruamel.yaml import YAML

from congtin.editorial import log
from congtin.editorial.desk import MAIN, Desk
from congtin.editorial.repository import GitRepository
from congtin.errors import Problem
from congtin.release.backup.create import create, init
from congtin.release.backup.drill import drill
from congtin.release.backup.folders import Folders
from congtin.release.backup.places import settings_of
from congtin.release.backup.reports import Timed
from congtin.release.backup.verify import look_at, verify
from congtin.release.folders import remove_folder
from congtin.release.home import Home
from congtin.release.settings import FILE


def clock() -> datetime:
    """Return the real time."""
    return datetime.now().astimezone()


class Drill:
    """One run; `found` is what is written at the end."""

    def __init__(self, home: Path, key: Path, work: Path) -> None:
        self.work = work
        self.key = key
        self._give_places(home)
        self.home = Home.at(home)
        self.found: dict[str, object] = {"steps": {}}
        self.failures: list[str] = []

    def _give_places(self, home: Path) -> None:
        yaml = YAML()
        data = yaml.load((home / FILE).read_bytes())
        places = []
        for name in ("near", "far"):
            secret = self.work / "secrets" / name
            secret.parent.mkdir(mode=0o700, exist_ok=True)
            secret.write_text(secrets.token_urlsafe(32) + "\n")
            secret.chmod(0o600)
            where = {"repository": str(self.work / name), "password_file": str(secret)}
            places.append({"name": name, **where})
        data["backup"] = {"one_device_reason": "a drill on one machine", "places": places}
        with (home / FILE).open("w", encoding="utf-8") as stream:
            yaml.dump(data, stream)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        seconds = round(time.monotonic() - begun, 2)
        self.found["steps"][step] = seconds  # type: ignore[index]
        print(f"{step}: {seconds} s", flush=True)

    def run(self) -> None:
        init(self.home, clock())
        for step in ("first copy, two places", "next copy, two places"):
            with self.timed(step):
                made = create(self.home, clock)
            self.require(made.fine, f"{step}: {[str(one.failure) for one in made.outcomes]}")
            written = [one.written for one in made.outcomes if one.written]
            facts = {"files": written[0].files, "bytes": written[0].bytes, "added": [one.added for one in written]}
            self.found[step] = facts
        with self.timed("check, two places"):
            checked = verify(self.home, clock)
        self.require(all(one.sound for one in checked), "a sound copy was not found sound")
        self.damage()
        place = settings_of(self.home).places[1]
        with self.timed("drill"):
            done = drill(place, self.work / "new", self.key, clock, most_hours=12)
        self.require(done.passed, "the drill did not pass")
        self.found["drill"] = json.loads(done.report.read_text("utf-8"))

    # --- damage --------------------------------------------------------------------------------

    def damage(self) -> None:
        """Damage one thing after the other, each alone; it must be found and named."""
        place = settings_of(self.home).places[0]
        restic = Folders.of(self.home).restic(place, 12)
        there = self.work / "there"
        restic.restore(restic.snapshot(None), there)
        with Desk(self.home.content, clock()) as desk:
            trust = desk.trust

        def looked() -> list[Problem]:
            return look_at(there, trust, Timed(clock))[1]

        release = max(path for path in (there / "home/releases").iterdir() if path.name.isdigit())
        page = max((release / "tree").rglob("index.html"))
        self.named("release file", page, str(page.relative_to(there)), looked)
        with GitRepository(there / "content.git") as content:
            names = {what: content.ref(name) or "" for what, name in (("object", MAIN), ("log entry", log.REF))}
        for what, oid in names.items():
            loose = there / "content.git/objects" / oid[:2] / oid[2:]
            file = loose if loose.exists() else max((there / "content.git/objects/pack").glob("*.pack"))
            self.named(what, file, oid if file == loose else file.name.partition(".")[0].removeprefix("pack-"), looked)
        pack = max(Path(place.repository).glob("data/*/*"), key=lambda path: path.stat().st_size)
        self.named("file of a place", pack, pack.name, lambda: list(verify(self.home, clock, place.name)[0].problems))
        remove_folder(there)

    def named(self, what: str, file: Path, name: str, look: Callable[[], list[Problem]]) -> None:
        """Flip a bit in the middle of a file, look, put it back."""
        whole, mode = file.read_bytes(), file.stat().st_mode
        file.chmod(0o600)
        file.write_bytes(whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :])
        with self.timed(f"damaged {what}"):
            problems = look()
        file.write_bytes(whole)
        file.chmod(mode)
        told = [f"{problem.place}: {problem.message}" for problem in problems]
        self.found[f"damaged {what}"] = {"named": name, "told": told[:3]}
        self.require(any(name in line for line in told), f"damaged {what} {name}: {told}")

    def require(self, fine: bool, otherwise: str) -> None:  # noqa: FBT001 (a check's outcome)
        if not fine:
            self.failures.append(otherwise)


def main() -> int:
    """Return 1 when anything is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--work", type=Path, help="where places and what is restored go; default: a temporary folder")
    given = parser.parse_args()
    work = given.work or Path(tempfile.mkdtemp(prefix="congtin-drill-"))
    work.mkdir(parents=True, exist_ok=True)
    run = Drill(given.home.absolute(), given.key.absolute(), work.absolute())
    try:
        run.run()
    finally:
        run.found["failures"] = run.failures
        given.out.write_text(json.dumps(run.found, ensure_ascii=False, indent=1) + "\n", "utf-8")
        if given.work is None:
            for entry in work.iterdir():
                remove_folder(entry)
            shutil.rmtree(work)
    for failure in run.failures:
        print(f"FAILED {failure}", file=sys.stderr)
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
