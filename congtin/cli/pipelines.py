"""`congtin pipelines`: ready CI for the forges."""

from __future__ import annotations

import click

from congtin.cli.context import Context
from congtin.editorial.forges.models import ForgeKind
from congtin.editorial.pipelines import install
from congtin.messages import msg, translate


@click.group("pipelines", help=translate("Ready pipelines for the forges: check, gate, preview, publish."))
def pipelines_group() -> None:
    """Hold the commands."""


@pipelines_group.command("install", help=translate("Put a forge's pipelines where it looks for them."))
@click.argument("forge", type=click.Choice([kind.value for kind in ForgeKind]))
@click.option("--force", is_flag=True, help=translate("Replace files that are others."))
@click.pass_obj
def install_command(context: Context, forge: str, force: bool) -> None:
    """Copy the files and name them."""
    written = install(context.root, ForgeKind(forge), force=force)
    for path in written:
        click.echo(str(msg("Written: {path}", path=path)))
    if not written:
        click.echo(translate("Nothing to do: the pipelines are there."))
