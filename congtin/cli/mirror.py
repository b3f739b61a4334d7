"""`congtin mirror`: a public copy of what was approved, without people."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from congtin.cli.context import Context
from congtin.editorial.desk import STATE as DESK_STATE
from congtin.editorial.mirror import mirror
from congtin.editorial.repository import GitRepository
from congtin.messages import msg, translate


@click.command("mirror", help=translate("Bring a public copy forward: what was approved, without people (E7)."))
@click.argument("target", metavar="DIR_OR_URL")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=translate("The repository whose “main” is copied; default: this one."),
)
@click.option(
    "--begin", metavar="REVISION", help=translate("The step of “main” a new copy begins with; default: the first.")
)
@click.pass_obj
def mirror_command(context: Context, target: str, source: Path | None, begin: str | None) -> None:
    """Write what is new into a bare repository and say how much it was."""
    name = hashlib.sha256(target.encode()).hexdigest()[:16]
    with GitRepository(source or context.root) as repository:
        state = repository.folder / DESK_STATE if source else context.state
        done = mirror(repository, target, state / "mirrors" / f"{name}.git", begin and repository.resolve(begin))
    click.echo(
        str(
            msg(
                "{target} stands at {commit}; new commits: {count}.",
                target=target,
                commit=done.head[:12],
                count=done.commits,
            )
        )
    )
