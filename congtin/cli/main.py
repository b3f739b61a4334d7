"""The command `congtin`."""

from __future__ import annotations

import importlib
import sys
from datetime import datetime
from pathlib import Path

import click

from congtin import __version__
from congtin.cli.context import Context, moment
from congtin.errors import CongtinError, ProblemsFound
from congtin.messages import Msg, msg, translate

# Module and name of each command: one is read when it is asked for, because all of them take half a second.
_COMMANDS = {
    "alert": ("congtin.cli.alert", "alert_group"),
    "archive": ("congtin.cli.archive", "archive_group"),
    "backup": ("congtin.cli.backup", "backup_group"),
    "board": ("congtin.cli.board", "board_group"),
    "build": ("congtin.cli.build", "build_command"),
    "change": ("congtin.cli.change", "change_group"),
    "check": ("congtin.cli.check", "check_command"),
    "database": ("congtin.cli.database", "database_command"),
    "desk": ("congtin.cli.desk", "desk_group"),
    "forge": ("congtin.cli.forge", "forge_group"),
    "hook": ("congtin.cli.hook", "hook_group"),
    "host": ("congtin.cli.host", "host_group"),
    "incident": ("congtin.cli.incident", "incident_group"),
    "inventory": ("congtin.cli.inventory", "inventory_command"),
    "log": ("congtin.cli.log", "log_command"),
    "maintenance": ("congtin.cli.maintenance", "maintenance_group"),
    "mirror": ("congtin.cli.mirror", "mirror_command"),
    "monitor": ("congtin.cli.monitor", "monitor_group"),
    "new": ("congtin.cli.content", "new_group"),
    "pipelines": ("congtin.cli.pipelines", "pipelines_group"),
    "publish": ("congtin.cli.publish", "publish_command"),
    "publisher": ("congtin.cli.publisher", "publisher_group"),
    "releases": ("congtin.cli.publish", "releases_group"),
    "review": ("congtin.cli.review", "review_command"),
    "rollback": ("congtin.cli.publish", "rollback_command"),
    "schema": ("congtin.cli.schema", "schema_command"),
    "search": ("congtin.cli.search", "search_group"),
    "serve": ("congtin.cli.serve", "serve_command"),
    "site": ("congtin.cli.site", "site_group"),
    "status": ("congtin.cli.status", "status_command"),
    "target": ("congtin.cli.target", "target_group"),
    "translation": ("congtin.cli.content", "translation_group"),
    "verify": ("congtin.cli.verify", "verify_command"),
}


class _Group(click.Group):
    """Shows Côngtin's own errors as sentences, with their exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except CongtinError as error:
            _show(error, built=ctx.invoked_subcommand in ("build", "serve"))
            sys.exit(error.exit_code)


def _show(error: CongtinError, *, built: bool) -> None:
    """Print what went wrong; a command with nothing to say waits for no terminal library."""
    from congtin.cli.show import make_console, show_error, show_problems

    console = make_console(stderr=True)
    if isinstance(error, ProblemsFound):
        show_problems(console, error.problems)
        error = error if built else CongtinError(_nothing_changed(len(error.errors)))
    show_error(console, error)


def _nothing_changed(count: int) -> Msg:
    if count == 1:
        return msg("1 error: nothing was changed.")
    return msg("{count} errors: nothing was changed.", count=count)


@click.group(cls=_Group, help=translate("Publish a whole network of government websites from one repository."))
@click.option("--root", type=click.Path(path_type=Path), default=Path(), help=translate("The repository."))
@click.option("--now", callback=moment, help=translate("The clock: a time in RFC 3339, instead of the real one."))
@click.version_option(__version__, prog_name="congtin")
@click.pass_context
def main(ctx: click.Context, root: Path, now: datetime | None) -> None:
    """Set the place and the clock for every command."""
    ctx.obj = Context(root, now or datetime.now().astimezone())
