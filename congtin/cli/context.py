"""What every command knows: the repository, the clock, the folders of the work tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from congtin.layout import OUTPUT, STATE, find_root
from congtin.messages import translate
from congtin.model import Profile

if TYPE_CHECKING:
    # Most commands need more than this; `build` often does not.
    from congtin.checks.registry import Repository


@dataclass
class Context:
    """Where a command was called, and its time."""

    start: Path
    now: datetime

    @cached_property
    def root(self) -> Path:
        """The work tree; raise UsageError when there is none. Commands about bare repositories never ask."""
        return find_root(self.start)

    @property
    def output(self) -> Path:
        return self.root / OUTPUT

    @property
    def state(self) -> Path:
        return self.root / STATE

    def repository(self, profile: Profile = Profile.WORK) -> Repository:
        from congtin.build.look import read_repository

        return read_repository(self.root, self.state, self.now, profile)


def moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """Read a time given on the command line."""
    if value is None:
        return None
    from pydantic_core import PydanticCustomError

    from congtin.validation import parse_time

    try:
        return parse_time(value)
    except PydanticCustomError as error:
        raise click.BadParameter(translate("Write 2026-10-05T08:30:00+07:00.")) from error
