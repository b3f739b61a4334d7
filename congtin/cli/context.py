"""What every command knows: the repository, the clock, the folders of the work tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from pydantic_core import PydanticCustomError

from congtin.build.look import read_repository
from congtin.catalogue.store import STATE_FOLDER
from congtin.checks.registry import Repository
from congtin.messages import translate
from congtin.model import Profile
from congtin.network.pelican_settings import OUTPUT
from congtin.validation import parse_time


@dataclass(frozen=True)
class Context:
    """The repository a command works on, and its time."""

    root: Path
    now: datetime

    @property
    def output(self) -> Path:
        return self.root / OUTPUT

    @property
    def state(self) -> Path:
        return self.root / STATE_FOLDER

    def repository(self, profile: Profile = Profile.WORK) -> Repository:
        return read_repository(self.root, self.state, self.now, profile)


def moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """Read a time given on the command line."""
    if value is None:
        return None
    try:
        return parse_time(value)
    except PydanticCustomError as error:
        raise click.BadParameter(translate("Write 2026-10-05T08:30:00+07:00.")) from error
