"""The part `hosting` of `publisher.yaml`; docs/hosting.md explains each field."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from congtin.network.options import HostName, Words
from congtin.validation import StrictModel

_PLACE = re.compile(r"\{(host|domain)\}")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\"\\$;{}]")


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    try:
        if host.startswith("["):
            ipaddress.IPv6Address(host.removeprefix("[").removesuffix("]"))
        else:
            ipaddress.IPv4Address(host)
        good = port.isdecimal() and 0 < int(port) < 65536
    except ValueError:
        good = False
    if not good:
        raise PydanticCustomError("bad_form", "bad form")
    return value


def _path(value: str) -> str:
    # What nginx would take for a variable or the end of a word can stand in no path of its configuration.
    if _UNSAFE.search(_PLACE.sub("", value)):
        raise PydanticCustomError("bad_form", "bad form")
    return value


def _network(value: str) -> str:
    try:
        ipaddress.ip_network(value)
    except ValueError as error:
        raise PydanticCustomError("bad_form", "bad form") from error
    return value


Listen = Annotated[str, AfterValidator(_listen)]
"""As in ``0.0.0.0:443`` and ``[::]:443``."""
ConfPath = Annotated[Words, AfterValidator(_path)]
Origin = Annotated[str, Field(pattern=r"^https?://(\[[0-9a-f:.]+\]|[0-9a-z.-]+)(:\d{1,5})?$")]
Seconds = Annotated[int, Field(ge=0)]


class StatusHost(StrictModel):
    """The host inside the house that shows where each Change is."""

    host: HostName
    allow: Annotated[list[Annotated[str, AfterValidator(_network)]], Field(min_length=1)]
    """Addresses and networks that may read it; everybody else is refused."""


class FrontSettings(StrictModel):
    """The server before two origins, which goes on when one of them is lost (K6)."""

    origins: Annotated[list[Origin], Field(min_length=2)]
    """The first is asked; the others when it fails. All with ``https://``, or, on a network of their own, ``http://``."""
    ca: ConfPath | None = None
    """Certificates that vouch for the origins; default: those the machine trusts."""
    connect_seconds: Annotated[int, Field(ge=1)] = 2
    read_seconds: Annotated[int, Field(ge=1)] = 5
    retry_seconds: Annotated[int, Field(ge=1)] = 10
    """An origin that failed is asked again after so long."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if len({origin.partition(":")[0] for origin in self.origins}) > 1:
            raise PydanticCustomError("bad_form", "bad form")
        return self

    @property
    def tls(self) -> bool:
        return self.origins[0].startswith("https:")


class HostingSettings(StrictModel):
    """How the web server is set up."""

    listen: Annotated[list[Listen], Field(min_length=1)] = ["0.0.0.0:443", "[::]:443"]
    listen_http: list[Listen] = ["0.0.0.0:80", "[::]:80"]
    """Where plain http is sent on to https (A6)."""
    listen_origin: list[Listen] = []
    """Plain http for a front on a network of its own: pages, not the way to https."""
    certificate: ConfPath = "/etc/ssl/{host}/fullchain.pem"
    """``{host}`` is the host, ``{domain}`` the host without its first part: for certificates such as *.hanoi.gov.vn."""
    key: ConfPath = "/etc/ssl/{host}/privkey.pem"
    acme: ConfPath | None = None
    """The folder in which an ACME client answers challenges (`/.well-known/acme-challenge/`)."""
    brotli: bool = False
    """Send the `.br` files; nginx needs its module brotli_static."""
    brotli_module: ConfPath = "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so"
    """Loaded by the configuration that stands alone; empty where nginx has it built in."""
    http2: Literal["listen", "directive"] = "listen"
    """How HTTP/2 is asked for: ``listen … http2`` before nginx 1.25.1, ``http2 on`` since."""
    page_seconds: Annotated[Seconds, Field(le=3600)] = 60
    """How long a browser shows a page without asking whether it has changed."""
    hsts_seconds: Seconds = 31_536_000
    """How long browsers refuse plain http for a host (Strict-Transport-Security)."""
    status: StatusHost | None = None
    front: FrontSettings | None = None
    nginx: Words = "nginx"
    """The program that checks the configuration."""
