"""The part `backup` of `publisher.yaml`: where copies go, how often, how long they stay (J2–J5)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from congtin.network.options import Words
from congtin.validation import StrictModel

Folder = Annotated[str, Field(pattern=r"^/[^\n]*$")]
"""An absolute path: a copy must be found again from another machine and another folder."""


class Place(StrictModel):
    """One restic repository."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    """How commands and alarms call it."""
    repository: Annotated[str, Field(pattern=r"^(/|sftp:|rest:|s3:|b2:|azure:|gs:|swift:|rclone:)[^\n]+$")]
    """As restic takes it: an absolute folder, ``sftp:user@host:/folder``, ``s3:https://host/bucket``."""
    password_file: Folder
    """The key to the copies; never inside what is copied, readable by its owner alone."""
    environment_file: Folder | None = None
    """Lines NAME=value for restic, such as the keys of an S3 storage; guarded like the password."""
    sftp_command: Words | None = None
    """How an sftp server is reached, when the machine's own ssh settings do not say it."""

    @property
    def local(self) -> Path | None:
        """The folder of a repository on this machine's own file systems."""
        return Path(self.repository) if self.repository.startswith("/") else None


class Keep(StrictModel):
    """Which copies stay; a copy of the newest good state always does."""

    last: Annotated[int, Field(ge=2)] = 14
    """So many of the newest."""
    daily: Annotated[int, Field(ge=0)] = 30
    weekly: Annotated[int, Field(ge=0)] = 26
    monthly: Annotated[int, Field(ge=0)] = 36
    yearly: Annotated[int, Field(ge=0)] = 100


class BackupSettings(StrictModel):
    """Where copies go, and how often."""

    places: list[Place] = Field(min_length=1, max_length=8)
    """Two at least, on two devices; both are written each time."""
    one_place_reason: Words | None = None
    """Why there is but one place: without a reason one is refused."""
    one_device_reason: Words | None = None
    """Why no place is on another device than the home: without a reason that is refused (J2)."""
    every_hours: Annotated[int, Field(ge=1, le=168)] | None = None
    """How old the newest copy may be, where that is less than the rule packs allow."""
    keep: Keep = Keep()
    stores: bool = True
    """Also what the next Release is built with: after a loss it need not be built anew from nothing."""
    also: list[Folder] = []
    """Further files and folders, such as settings of the web server; private keys in them are left out."""
    read_percent: Annotated[int, Field(ge=1, le=100)] = 100
    """How much of a place's data a check reads again; the restored copy is always checked whole."""
    most_hours: Annotated[int, Field(ge=1, le=48)] = 12
    """A program that takes longer is ended, and the place counts as failed."""
