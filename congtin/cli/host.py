"""`congtin host`: configurations of web servers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import click

from congtin.cli.home_option import home_option
from congtin.errors import UsageError
from congtin.messages import msg, translate, translate_count
from congtin.release.home import Home
from congtin.release.hosting import nginx
from congtin.release.hosting.install import (
    Make,
    check,
    missing_certificates,
    put_in_place,
    require_certificates,
)
from congtin.release.hosting.nginx import Served
from congtin.release.records import TREE
from congtin.release.releases import live_release

_FOLDER = click.Path(path_type=Path, file_okay=False)
_output = click.option("--output", type=_FOLDER, help=translate("Where to write it; default: hosting/ in the home."))
_check = click.option("--check", "checked", is_flag=True, help=translate("Have nginx read it before it is put there."))
_leave_out = click.option(
    "--leave-out", is_flag=True, help=translate("Hosts without a certificate answer plain http only, for ACME.")
)


@click.group("host", help=translate("Write the configuration of web servers."))
def host_group() -> None:
    """Hold the commands."""


@host_group.command("nginx", help=translate("Write nginx’s configuration for every host of the live Release."))
@home_option
@_output
@_check
@_leave_out
@click.option("--tree", type=_FOLDER, help=translate("The tree on the web server; default: that of the live Release."))
@click.option(
    "--assets", type=_FOLDER, help=translate("The theme files on the web server; default: assets/ in the home.")
)
@click.option("--search", type=_FOLDER, help=translate("The indexes on the web server; default: search/ in the home."))
def nginx_command(
    home: Home,
    output: Path | None,
    checked: bool,
    leave_out: bool,
    tree: Path | None,
    assets: Path | None,
    search: Path | None,
) -> None:
    """Write the files and say which one to include."""
    served = _served(home, tree, assets, search)
    settings = home.settings.hosting
    status = [settings.status.host] if settings.status else []
    served = _certified(home, served, [*served.hosts, *status], checked=checked, leave_out=leave_out)
    make = partial(nginx.origin_files, served=served)
    _write(home, make, output or home.folder / "hosting" / "nginx", checked=checked, front=False)


@host_group.command("front", help=translate("Write nginx’s configuration for a front before two origins (K6)."))
@home_option
@_output
@_check
@_leave_out
def front_command(home: Home, output: Path | None, checked: bool, leave_out: bool) -> None:
    """Write the files and say which one to include."""
    front = home.settings.hosting.front
    if front is None:
        hint = msg("Name the origins in publisher.yaml: hosting: {{front: {{origins: [https://…, https://…]}}}}")
        raise UsageError(msg("publisher.yaml names no origins for a front."), hint)
    served = _served(home, None, None, None)
    served = _certified(home, served, served.hosts, checked=checked, leave_out=leave_out)
    make = partial(nginx.front_files, front=front, served=served)
    _write(home, make, output or home.folder / "hosting" / "front", checked=checked, front=True)


def _served(home: Home, tree: Path | None, assets: Path | None, search: Path | None) -> Served:
    release = live_release(home)
    if release is None:
        hint = msg("Publish one first: congtin publish COMMIT")
        raise UsageError(msg("No Release is live, so no host is known."), hint)
    hosts = release.record.hosts
    status = home.settings.hosting.status
    if status and status.host in hosts:
        raise UsageError(msg("The host {host} is one of the network’s; “status” needs its own.", host=status.host))
    places = (home.databases, home.status, search or home.search)
    return Served(hosts, tree or home.live / TREE, assets or home.assets, *places)


def _certified(home: Home, served: Served, hosts: Iterable[str], *, checked: bool, leave_out: bool) -> Served:
    settings = home.settings.hosting
    if leave_out:
        missing = missing_certificates(settings, hosts)
        if missing:
            count = translate_count(
                "{count} host without a certificate answers plain http only:",
                "{count} hosts without a certificate answer plain http only:",
                len(missing),
            )
            click.echo(f"{count} {', '.join(missing)}", err=True)
        served = nginx.leaving_out(served, missing)
        hosts = [host for host in hosts if host not in served.without_certificate]
    if checked:
        require_certificates(settings, hosts)
    return served


def _write(home: Home, make: Make, folder: Path, *, checked: bool, front: bool) -> None:
    settings = home.settings.hosting
    if checked:
        check(settings, make, front=front)
    main = put_in_place(settings, make, folder, front=front)
    click.echo(str(msg("Written: {path}", path=main)))
    click.echo(str(msg("In the part http of nginx: include {path}; then reload nginx.", path=main)))
