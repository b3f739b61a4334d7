"""The command `congtin`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from congtin import __version__
from congtin.cli.build import build_command
from congtin.cli.check import check_command
from congtin.cli.content import new_group, translation_group
from congtin.cli.context import Context, moment
from congtin.cli.schema import schema_command
from congtin.cli.serve import serve_command
from congtin.cli.show import make_console, show_error, show_problems
from congtin.cli.site import site_group
from congtin.errors import CongtinError, ProblemsFound
from congtin.messages import translate
from congtin.network.load import find_root


class _Group(click.Group):
    """Shows Côngtin's own errors as sentences, with their exit codes."""

    def invoke(self, ctx: click.Context) -> object:
        console = make_console(stderr=True)
        try:
            return super().invoke(ctx)
        except ProblemsFound as error:
            show_problems(console, error.problems)
            show_error(console, error)
            sys.exit(error.exit_code)
        except CongtinError as error:
            show_error(console, error)
            sys.exit(error.exit_code)


@click.group(cls=_Group, help=translate("Publish a whole network of government websites from one repository."))
@click.option("--root", type=click.Path(path_type=Path), default=Path(), help=translate("The repository."))
@click.option("--now", callback=moment, help=translate("The clock: a time in RFC 3339, instead of the real one."))
@click.version_option(__version__, prog_name="congtin")
@click.pass_context
def main(ctx: click.Context, root: Path, now: datetime | None) -> None:
    """Find the repository and set the clock for every command."""
    ctx.obj = Context(find_root(root), now or datetime.now().astimezone())


main.add_command(build_command)
main.add_command(serve_command)
main.add_command(check_command)
main.add_command(site_group)
main.add_command(new_group)
main.add_command(translation_group)
main.add_command(schema_command)
