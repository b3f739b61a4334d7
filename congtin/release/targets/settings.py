"""The part `targets` of `publisher.yaml`: places that get every Release; `docs/targets.md` explains each field."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

from congtin.network.options import PathPart, Words
from congtin.validation import StrictModel, Url


def _plain_path(value: str) -> str:
    # These stand in a configuration of ssh and on a command line of rsync: both have signs of their own.
    if not value.strip() or any(sign in value for sign in "\"'\\\n\r\0"):
        raise PydanticCustomError("bad_form", "bad form")
    return value


PlainPath = Annotated[str, AfterValidator(_plain_path)]
RemoteFolder = Annotated[str, Field(pattern=r"^(/|(/[A-Za-z0-9._+@-]+)+/?)$")]
RemoteHost = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$|^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$")]


class _AnyTarget(StrictModel):
    """What every kind has."""

    name: PathPart
    """How people and the other commands call it; no two have the same."""
    keep_assets_days: Annotated[int, Field(ge=0, le=3650)] = 30
    """So long stays a file named by its content that no page uses any more: pages opened before still ask for it."""
    retries: Annotated[int, Field(ge=0, le=10)] = 3
    """How often a step is tried again when the network fails."""
    timeout: Annotated[int, Field(ge=1, le=3600)] = 60
    """Seconds without any progress after which the network counts as failed."""


class _FileTarget(_AnyTarget):
    layout: Literal["release", "plain"] = "release"
    """``release``: each Release in a folder of its own, switched by a link; ``plain``: one tree, changed in order."""
    keep_releases: Annotated[int, Field(ge=2, le=1000)] = 3
    """So many Releases stay there for a way back; only with the layout ``release``."""

    @property
    def takes_supplement(self) -> bool:
        """Whether search indexes and databases travel too: where nothing is that could make them."""
        return self.layout == "plain"


class LocalTarget(_FileTarget):
    """A folder that this machine sees: another disk, a file system of the network."""

    kind: Literal["local"]
    folder: PlainPath


class RsyncTarget(_FileTarget):
    """A folder of another machine, by rsync over SSH."""

    kind: Literal["rsync"]
    host: RemoteHost
    port: Annotated[int, Field(ge=1, le=65535)] = 22
    user: Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_.-]*$")]
    folder: RemoteFolder
    """Where there; ``/`` for an account that `rrsync` confines to one folder, which is its whole world."""
    key: PlainPath
    """The private key's file, without a passphrase."""
    known_hosts: PlainPath
    """The file that holds the host key of that machine; no other is believed."""


class S3Target(_AnyTarget):
    """A bucket of S3-compatible storage; who may write there, the environment or the shared credentials file says."""

    kind: Literal["s3"]
    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    endpoint: Url | None = None
    """The service's address; default: that of the provider the environment names."""
    region: Words | None = None
    prefix: Annotated[str, Field(pattern=r"^([A-Za-z0-9._-]+/)*$")] = ""
    """What all names begin with, as in ``www/``."""
    profile: Words | None = None
    """Which entry of the shared credentials file; default: as the environment says."""
    addressing: Literal["auto", "path", "virtual"] = "auto"
    """Whether the bucket stands in the path or in the host of the address."""
    compressed: bool = False
    """Send the files ``.gz`` and ``.br`` too, for a service in front that picks them."""
    page_seconds: Annotated[int, Field(ge=0, le=86400)] = 0
    """So long may a cache show a page without asking; what was withdrawn is seen so much longer."""
    media_seconds: Annotated[int, Field(ge=0, le=31536000)] = 3600
    concurrency: Annotated[int, Field(ge=1, le=64)] = 8
    """How many files travel at a time."""

    @property
    def takes_supplement(self) -> bool:
        """Storage makes no search indexes and no databases of its own."""
        return True


_KINDS: dict[str, type[LocalTarget | RsyncTarget | S3Target]] = {
    "local": LocalTarget,
    "rsync": RsyncTarget,
    "s3": S3Target,
}


class _Kind(StrictModel):
    """What decides which other fields there are."""

    model_config = ConfigDict(extra="ignore")

    kind: Literal["local", "rsync", "s3"]


def _target(value: Any) -> LocalTarget | RsyncTarget | S3Target:
    # Not pydantic's own union: its findings name the kind in the middle of the field (`targets[1].s3.bucket`).
    kind = _Kind.model_validate(value).kind
    return _KINDS[kind].model_validate(value)


TargetSettings = Annotated[
    LocalTarget | RsyncTarget | S3Target,
    PlainValidator(_target, json_schema_input_type=LocalTarget | RsyncTarget | S3Target),
]
"""One place that gets every Release."""
