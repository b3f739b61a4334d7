"""`publisher.yaml`: what one machine that publishes is told; `docs/operations.md` explains each field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from congtin.editorial.strict_file import read_entry
from congtin.errors import Problem, ProblemsFound, UsageError
from congtin.messages import msg
from congtin.network.options import Words
from congtin.release.backup.settings import BackupSettings
from congtin.release.hosting.settings import HostingSettings
from congtin.release.monitoring.settings import MonitoringSettings
from congtin.release.targets.settings import TargetSettings
from congtin.validation import StrictModel

FILE = "publisher.yaml"
Origin = Annotated[str, Field(pattern=r"^https?://(\[[0-9a-f:.]+\]|[0-9.]+)(:\d+)?$")]


class Retention(StrictModel):
    """How many Releases stay at hand for a way back."""

    releases: Annotated[int, Field(ge=2)] = 10
    """So many of the newest, and always the live one."""
    days: Annotated[int, Field(ge=0)] = 7
    """Of so many days the last Release of each stays too."""


class Smoke(StrictModel):
    """Where a Release is asked for once it is live: the web servers of this machine, by address."""

    origins: list[Origin] = Field(min_length=1)
    """As in ``https://127.0.0.1:443`` and ``https://[::1]:443``; every host is asked of each."""
    ca: Words | None = None
    """Certificates that vouch for these servers; default: those the machine trusts."""
    pages: Annotated[int, Field(ge=1)] = 20
    """How many changed pages are compared byte for byte, besides the home pages."""


class Settings(StrictModel):
    """Everything in `publisher.yaml`; relative paths begin at its folder."""

    content: Words
    """The content repository, with its gate."""
    profile: Literal["release", "work"] = "release"
    """``work`` publishes demonstration data, every page marked so: for trials, never for citizens."""
    retention: Retention = Retention()
    smoke: Smoke | None = None
    search: bool = True
    """Whether the service makes search indexes after each Release."""
    hosting: HostingSettings = HostingSettings()
    targets: list[TargetSettings] = []
    backup: BackupSettings | None = None
    monitoring: MonitoringSettings = MonitoringSettings()


def load_settings(file: Path) -> Settings:
    """Read `publisher.yaml`; raise UsageError where there is none, ProblemsFound with everything wrong in it."""
    try:
        data = file.read_bytes()
    except OSError as error:
        hint = msg("Name the folder that holds it with --home, or make one: congtin publisher init FOLDER")
        raise UsageError(msg("There is no publisher.yaml in {path}.", path=file.parent), hint) from error
    problems: list[Problem] = []
    entry = read_entry(str(file), data, Settings, problems)
    if entry is None:
        raise ProblemsFound(problems)
    return entry.model
