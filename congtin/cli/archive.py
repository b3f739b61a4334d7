"""`congtin archive`: packages for the state's archive, made from a Release and checked anywhere."""

from __future__ import annotations

import json
import os
import sys
from datetime import date, datetime
from pathlib import Path

import click
from rich.text import Text

from congtin.cli.context import Context
from congtin.cli.home_option import home_option
from congtin.cli.show import make_console, show_problems
from congtin.editorial.desk import Desk
from congtin.editorial.trust import load_trust
from congtin.errors import UsageError
from congtin.messages import msg, translate
from congtin.release.archive.package import Packed, pack
from congtin.release.archive.period import Choice
from congtin.release.archive.verify import check_package
from congtin.release.home import Home
from congtin.release.releases import live_release, release_of
from congtin.stored_problems import problem_data

_FORMS = click.Choice(["text", "json"])
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("archive", help=translate("Packages for the state’s archive: make them from a Release, check them."))
def archive_group() -> None:
    """Group the commands on archive packages."""


@archive_group.command("create", help=translate("Make a package of what a Release shows, with facts and digests (J1)."))
@home_option
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    required=True,
    help=translate("A folder that does not exist yet."),
)
@click.option("--from", "since", type=_DAY, help=translate("Only Items that changed on this day or later."))
@click.option("--until", type=_DAY, help=translate("Only Items that changed on this day or before."))
@click.option("--site", "sites", multiple=True, help=translate("Only this Site, or a pattern such as hanoi/*."))
@click.option("--release", "number", type=int, help=translate("Another Release than the live one."))
@click.option("--format", "form", type=_FORMS, default="text", help=translate("How to show it."))
@click.pass_obj
def create_command(
    context: Context, home: Home, target: Path, since: datetime | None, until: datetime | None,
    sites: tuple[str, ...], number: int | None, form: str,
) -> None:  # fmt: skip
    """Write the package, or nothing."""
    choice = Choice(sites, _day(since), _day(until))
    if choice.since and choice.until and choice.until < choice.since:
        raise UsageError(msg("The last day lies before the first."))
    release = live_release(home) if number is None else release_of(home, number)
    if release is None:
        raise UsageError(msg("Nothing is live yet."), msg("Publish first: congtin publish"))
    with Desk(home.content, context.now) as desk:
        packed = pack(desk, release, target, choice)
    if form == "json":
        facts = {**vars(packed), "classes": dict(packed.classes), "release": release.number, "folder": str(target)}
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
    else:
        _show(packed, target, release.number)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _show(packed: Packed, target: Path, number: int) -> None:
    console = make_console()
    text = msg(
        "{path} holds {items} Items of Release {number} in {files} files ({size} bytes).",
        path=target, items=packed.items, number=number, files=packed.files, size=packed.size,
    )  # fmt: skip
    console.print(Text(str(text)), soft_wrap=True)
    if packed.without_term:
        text = msg("Items without a term of keeping: {count}. No rule at hand gives one.", count=packed.without_term)
        console.print(Text(str(text), "yellow"), soft_wrap=True)
        hint = msg("Ask the state’s archive and enter it with its document in {file}.", file="workflows/retention.yaml")
        console.print(Text(f"    {hint}", "dim"), soft_wrap=True)
    if packed.without_approval:
        text = msg(
            "Items from before the gate stood: {count}. No approval of them is on record.",
            count=packed.without_approval,
        )
        console.print(Text(str(text), "yellow"), soft_wrap=True)


@archive_group.command("verify", help=translate("Check a package, on any machine: every file and the signature."))
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--trust", type=click.Path(path_type=Path), help=translate("The trust root; default: CONGTIN_TRUST."))
@click.option("--format", "form", type=_FORMS, default="text", help=translate("How to show it."))
def verify_command(folder: Path, trust: Path | None, form: str) -> None:
    """Name each difference; exit with 1 when there is one."""
    named = trust or (Path(os.environ["CONGTIN_TRUST"]) if os.environ.get("CONGTIN_TRUST") else None)
    checked = check_package(folder, load_trust(named) if named else None)
    if form == "json":
        facts = {
            "sound": checked.sound, "items": checked.items, "files": checked.files, "signer": checked.signer,
            "problems": [problem_data(problem) for problem in checked.problems],
        }  # fmt: skip
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
    else:
        console = make_console()
        show_problems(console, checked.problems)
        if checked.sound:
            text = msg("The package is sound: {items} Items, {files} files.", items=checked.items, files=checked.files)
            console.print(Text(str(text)), soft_wrap=True)
    if not checked.sound:
        sys.exit(1)
