"""The part `monitoring` of `publisher.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from congtin.model import SiteKind
from congtin.network.options import Words
from congtin.rules.pack_rules import Clock
from congtin.validation import StrictModel

_IPV4 = r"[0-9.]+(:\d+)?$"
_IPV6 = r"\[[0-9a-f:.]+\](:\d+)?$"
Family = Literal["ipv4", "ipv6"]


class IPv4Origin(StrictModel):
    """A web server that is asked by its IPv4 address, every host of it."""

    https: Annotated[str, Field(pattern=f"^https://{_IPV4}")]
    """As in ``https://127.0.0.1:443``."""
    http: Annotated[str, Field(pattern=f"^http://{_IPV4}")] | None = None
    """Where the way from http to https is tried; without it, it is not."""


class IPv6Origin(StrictModel):
    """The same by its IPv6 address."""

    https: Annotated[str, Field(pattern=f"^https://{_IPV6}")]
    """As in ``https://[::1]:443``."""
    http: Annotated[str, Field(pattern=f"^http://{_IPV6}")] | None = None


class Origins(StrictModel):
    """Servers that are asked whatever the domain name system says; a family without one is not asked."""

    ipv4: IPv4Origin | None = None
    ipv6: IPv6Origin | None = None


class WindowTimes(StrictModel):
    """Clock times of a part of the day, in Asia/Ho_Chi_Minh."""

    begins: Clock
    ends: Clock
    """Not part of it any more; a time before ``begins`` is one of the next day."""


class MonitoringSettings(StrictModel):
    """What is watched, and from when it is an alarm."""

    origins: Origins | None = None
    """Which servers are asked; default: those the domain name system names, and IPv6 has to be among them (A5)."""
    ca: Words | None = None
    """Certificates that vouch for the servers; default: those the machine trusts."""
    interval: Annotated[int, Field(ge=10, le=3600)] = 60
    """Seconds from one round to the next (N3: once a minute)."""
    timeout: Annotated[float, Field(gt=0, le=60)] = 5.0
    """Seconds a server may take to answer."""
    round: Annotated[float, Field(gt=0, le=600)] = 50.0
    """Seconds after which a round ends, whoever has not answered yet."""
    at_once: Annotated[int, Field(ge=1, le=256)] = 24
    slow: Annotated[float, Field(gt=0)] = 2.0
    """Seconds to the first byte from which on a server is called slow."""
    tls_amber_days: Annotated[int, Field(ge=1)] = 21
    tls_red_days: Annotated[int, Field(ge=0)] = 7
    windows: dict[str, WindowTimes] = {
        "morning": WindowTimes(begins="07:00", ends="10:00"),
        "afternoon": WindowTimes(begins="13:00", ends="16:00"),
        "evening": WindowTimes(begins="17:30", ends="22:00"),
    }
    """The times of the windows whose rule pack names none (G16, G17: the regulation gives no clock times)."""
    copies_count: list[Annotated[SiteKind, Field(strict=False)]] = [SiteKind.PORTAL]
    """Kinds of Site on which an Item accepted from another Site is new information too."""
    new_days: Annotated[int, Field(ge=1)] = 7
    """An Item dated so many days before citizens could see it is from an archive, and nothing new."""
    publish_minutes: Annotated[int, Field(ge=1)] = 5
    """From the approved step to what citizens see (E17: “immediately”; the number is ours)."""
    integrity_hours: Annotated[int, Field(ge=1)] = 26
    """How old the last nightly check of the live Release may be."""
    disk_amber_percent: Annotated[int, Field(ge=0, le=100)] = 20
    disk_red_percent: Annotated[int, Field(ge=0, le=100)] = 10
    """Free space of the disk."""
    history_days: Annotated[int, Field(ge=31)] = 400
    """How long the daily counts of availability are kept."""
    language: Literal["vi", "en"] = "vi"
    """Of the board `status/monitor.html`."""
