"""A tiny publisher with two places for copies, both real restic repositories.

backed = BackedUp.create(tmp_path)
backed.copy()
backed.verify()
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from desks import clock
from homes import TinyHome
from network import REPOSITORY, article
from restic_keys import make_quick

from congtin.errors import Problem
from congtin.release.backup.create import Created, create
from congtin.release.backup.folders import Folders
from congtin.release.backup.reports import Timed
from congtin.release.backup.restic import Restic
from congtin.release.backup.settings import Place
from congtin.release.backup.verify import Verified, look_at, verify
from congtin.release.home import Home

A = "content/ha/lim/tin-tuc/2026/a.vi.md"
NEAR, FAR = "near", "far"
# Until and after the command is one of congtin's own.
_CONGTIN = """
import sys
from congtin.cli import main
main._COMMANDS.setdefault("backup", ("congtin.cli.backup", "backup_group"))
main.main()
"""


@functools.cache
def _empty_place(name: str) -> Path:
    """Return a repository nobody wrote to: making one takes restic some seconds, on purpose."""
    folder = Path(tempfile.mkdtemp(prefix="congtin-restic-"))
    secret = folder / "secret"
    secret.write_text(f"made up for tests: {name}\n")
    secret.chmod(0o600)
    restic = Restic(Place(name=name, repository=str(folder / "r"), password_file=str(secret)), folder / "c", _MOST)
    assert restic.init()
    make_quick(folder / "r", secret.read_text().strip())
    return folder


_MOST = timedelta(minutes=5)


@dataclass
class BackedUp:
    """A publisher with a Release, `near/` and `far/` beside it, and `secrets/` that nobody copies."""

    folder: Path
    tiny: TinyHome
    ahead: timedelta = timedelta()
    fields: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def create(cls, folder: Path, *texts: str, **fields: Any) -> BackedUp:
        """Make all of it; ``fields`` are those of `backup` in publisher.yaml."""
        tiny = TinyHome.create(folder / "desk", f"-- {A} --\n{article(1, 'Cầu mới')}", *texts)
        backed = cls(folder, tiny)
        for name in (NEAR, FAR):
            backed.place_anew(name)
        backed.settings(**fields)
        tiny.publish()
        return backed

    def close(self) -> None:
        self.tiny.desk.close()

    def place_anew(self, name: str) -> Path:
        """Put an empty repository at a place."""
        made, goal = _empty_place(name), self.folder / name
        shutil.rmtree(goal, ignore_errors=True)
        shutil.copytree(made / "r", goal)
        secrets = self.folder / "secrets"
        secrets.mkdir(mode=0o700, exist_ok=True)
        shutil.copy2(made / "secret", secrets / name)
        return goal

    def place(self, name: str) -> dict[str, Any]:
        where = {"repository": str(self.folder / name), "password_file": str(self.folder / "secrets" / name)}
        return {"name": name, **where}

    def settings(self, **fields: Any) -> None:
        """Write publisher.yaml; None takes a field away."""
        self.fields = {
            "places": [self.place(NEAR), self.place(FAR)],
            "one_device_reason": "a test",
            **self.fields,
            **fields,
        }
        backup = {name: value for name, value in self.fields.items() if value is not None}
        text = yaml.safe_dump({"content": "../content.git", "profile": "work", "backup": backup}, allow_unicode=True)
        (self.tiny.folder / "publisher.yaml").write_text(f"# kept by hand\n{text}", "utf-8")

    # --- doing ---------------------------------------------------------------------------------

    @property
    def home(self) -> Home:
        return Home.at(self.tiny.folder)

    @property
    def content(self) -> Path:
        return self.tiny.desk.content

    def clock(self) -> datetime:
        return clock() + self.ahead

    def copy(self) -> Created:
        return create(self.home, self.clock)

    def verify(self, place: str | None = None, snapshot: str | None = None) -> list[Verified]:
        return verify(self.home, self.clock, place, snapshot)

    def restic(self, name: str = NEAR) -> Restic:
        place = next(one for one in self.home.settings.backup.places if one.name == name)
        return Folders.of(self.home).restic(place, 1)

    def fetched(self, target: Path, name: str = NEAR) -> Path:
        """Return the newest copy as restic gives it back, nothing in it made right."""
        restic = self.restic(name)
        restic.restore(restic.snapshot(None), target)
        return target

    def problems(self, folder: Path) -> list[Problem]:
        """Return what is wrong with a fetched copy."""
        return look_at(folder, self.tiny.desk.village.trust(), Timed(clock))[1]

    def congtin(self, *words: str, ok: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `congtin backup …` as a person would."""
        done = subprocess.run(self.command(*words), capture_output=True, text=True, check=False, timeout=240,
                              stdin=subprocess.DEVNULL, env={**self.environment, **environment})  # fmt: skip
        assert not ok or done.returncode == 0, done.stdout + done.stderr
        return done

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-c", _CONGTIN, "backup", *words]

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ, "CONGTIN_HOME": str(self.tiny.folder), "CONGTIN_LANG": "en", "PYTHONPATH": str(REPOSITORY),
            "COLUMNS": "200",
        }  # fmt: skip


def codes(problems: list[Problem] | tuple[Problem, ...]) -> set[str]:
    return {problem.code for problem in problems}


def said(problems: list[Problem] | tuple[Problem, ...]) -> str:
    return "\n".join(f"{p.place}: {p.message} [{p.code}]" for p in problems)
