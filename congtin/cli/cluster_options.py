"""The options of `congtin build` that name a cluster."""

from __future__ import annotations

import functools
import importlib.util
import ipaddress
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import click

from congtin.build.request import Cluster
from congtin.errors import UsageError
from congtin.messages import msg, translate

_DECORATORS = (
    click.option("--scheduler", metavar="ADDRESS", help=translate("Build on this Dask cluster: tls://HOST:PORT.")),
    click.option("--tls-ca", type=click.Path(path_type=Path), help=translate("The cluster's authority (PEM).")),
    click.option("--tls-cert", type=click.Path(path_type=Path), help=translate("Our certificate for it (PEM).")),
    click.option("--tls-key", type=click.Path(path_type=Path), help=translate("The key of our certificate (PEM).")),
    click.option(
        "--sample",
        type=click.IntRange(1),
        help=translate("How many Sites from the cluster to render again here; default: 1 in 100, at least 2."),
    ),
)


def cluster_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options; it is handed ``cluster``: a Cluster, or None."""

    @functools.wraps(command)
    def with_cluster(
        *arguments: Any,
        scheduler: str | None,
        tls_ca: Path | None,
        tls_cert: Path | None,
        tls_key: Path | None,
        sample: int | None,
        **options: Any,
    ) -> None:
        command(*arguments, cluster=cluster_from(scheduler, tls_ca, tls_cert, tls_key, sample), **options)

    decorated: Callable[..., None] = with_cluster
    for option in reversed(_DECORATORS):
        decorated = option(decorated)
    return decorated


def cluster_from(
    scheduler: str | None, ca: Path | None, certificate: Path | None, key: Path | None, sample: int | None = None
) -> Cluster | None:
    """Return the cluster that the options name, if any; raise UsageError for one we must not speak to."""
    given = [file for file in (ca, certificate, key) if file]
    if not scheduler:
        if given or sample:
            raise UsageError(msg("--tls-ca, --tls-cert, --tls-key and --sample belong to --scheduler."))
        return None
    parts = _parts(scheduler)
    if parts.scheme == "tls":
        if len(given) < 3:
            raise UsageError(msg("A tls:// address needs --tls-ca, --tls-cert and --tls-key."))
        for file in given:
            if not file.is_file():
                raise UsageError(msg("There is no file {path}.", path=file))
        address = scheduler
    else:
        if given:
            raise UsageError(msg("tcp:// uses no certificates; write tls://."))
        address = _loopback(parts)
    _require_dask()
    return Cluster(address, ca, certificate, key, sample)


def _parts(scheduler: str) -> SplitResult:
    hint = msg("Write tls://HOST:PORT, or tcp://127.0.0.1:PORT for a cluster on this machine.")
    wrong = msg("“{address}” is not the address of a scheduler.", address=scheduler)
    try:
        parts = urlsplit(scheduler)
        port = parts.port
    except ValueError as error:
        raise UsageError(wrong, hint) from error
    more = parts.path or parts.query or parts.fragment or parts.username is not None
    if parts.scheme not in ("tls", "tcp") or not parts.hostname or not port or more:
        raise UsageError(wrong, hint)
    return parts


def _loopback(parts: SplitResult) -> str:
    """Return the address with the name resolved, so that the name cannot lead elsewhere later."""
    host, port = str(parts.hostname), parts.port
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise UsageError(msg("The host “{host}” is not known.", host=host)) from error
    if not all(ipaddress.ip_address(address.partition("%")[0]).is_loopback for address in found):
        raise UsageError(
            msg("tcp:// is for this machine only, and “{host}” is elsewhere.", host=host),
            msg("Write tls:// and name certificates; docs/cluster.md says how to make them."),
        )
    # IPv4 where there is both: that is where a scheduler with --host 127.0.0.1 listens.
    chosen = min(found, key=lambda address: (":" in address, address))
    return f"tcp://[{chosen}]:{port}" if ":" in chosen else f"tcp://{chosen}:{port}"


def _require_dask() -> None:
    if importlib.util.find_spec("distributed") is None:
        raise UsageError(
            msg("Building on a cluster needs Dask, which is not installed."),
            msg("Type: .venv/bin/pip install '.[cluster]'"),
        )
