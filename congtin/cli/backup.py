"""`congtin backup`: copies of everything at other places, and the way back (J2–J5, G19, K6)."""

from __future__ import annotations

import getpass
import json
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from congtin.cli import backup_view as view
from congtin.cli.context import Context
from congtin.cli.home_option import home_option
from congtin.cli.show import make_console, problems_json, show_problems
from congtin.editorial.desk import Desk
from congtin.errors import UsageError
from congtin.messages import msg, translate
from congtin.release.backup.ages import backup_ages
from congtin.release.backup.create import create, init
from congtin.release.backup.drill import drill, markdown
from congtin.release.backup.interval import interval_of
from congtin.release.backup.places import place_of, settings_of
from congtin.release.backup.restore import log_restored, restore
from congtin.release.backup.settings import Place
from congtin.release.backup.units import units
from congtin.release.backup.verify import verify
from congtin.release.home import Home

# On a machine that has no settings yet.
_MOST_HOURS = 48
_FORM = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)
_SNAPSHOT = click.option("--snapshot", help=translate("The copy, by the beginning of its id; default: the newest."))
_TO = click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), required=True,
    help=translate("An empty folder, or one that does not exist yet."),
)  # fmt: skip
_TRUST = click.option(
    "--trust", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=translate("The trust root kept elsewhere; without it the copy is only held against its own."),
)  # fmt: skip


@click.group("backup", help=translate("Copy everything to other places, check the copies, bring everything back."))
def backup_group() -> None:
    """Hold the commands on copies."""


@backup_group.command("init", help=translate("Make the repositories of places that have none yet."))
@home_option
@click.pass_obj
def init_command(context: Context, home: Home) -> None:
    """Exit with 1 when a place fails."""
    outcomes = init(home, context.now)
    view.show_outcomes(outcomes)
    if any(one.failure for one in outcomes):
        sys.exit(1)


@backup_group.command("create", help=translate("Copy everything to every place; remove copies past their time."))
@home_option
@_FORM
@click.pass_obj
def create_command(context: Context, home: Home, form: str) -> None:
    """Exit with 1 when a place fails; the others have their copy all the same."""
    made = create(home, _clock(context))
    if form == "json":
        places = [view.outcome_data(one) for one in made.outcomes]
        data = {"taken": made.taken.isoformat(), "fine": made.fine, "places": places}
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        view.show_outcomes(made.outcomes)
        show_problems(make_console(stderr=True), made.problems)
    if made.unlogged:
        view.show_failure(translate("The audit log does not tell of these copies."), made.unlogged)
    if not made.fine:
        sys.exit(1)


@backup_group.command("list", help=translate("The copies of each place, and whether the newest is too old."))
@home_option
@click.option("--known", is_flag=True, help=translate("Do not ask the places: tell what is remembered of them."))
@_FORM
@click.pass_obj
def list_command(context: Context, home: Home, known: bool, form: str) -> None:
    """Exit with 1 when a place has no copy that is new enough."""
    interval = interval_of(home, context.now)
    ages = backup_ages(home, context.now, ask=not known)
    if form == "json":
        click.echo(json.dumps(view.ages_data(ages, interval), ensure_ascii=False, indent=1))
    else:
        view.show_ages(ages, interval)
    if interval.problem or any(one.red for one in ages):
        sys.exit(1)


@backup_group.command("verify", help=translate("Restore copies into a scratch folder and check all that is in them."))
@home_option
@click.option("--place", help=translate("Only this place."))
@_SNAPSHOT
@_FORM
@click.pass_obj
def verify_command(context: Context, home: Home, place: str | None, snapshot: str | None, form: str) -> None:
    """Exit with 1 when anything is wrong."""
    found = verify(home, _clock(context), place, snapshot)
    if form == "json":
        data = [{**view.verified_data(one), "problems": json.loads(problems_json(one.problems))} for one in found]
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        for one in found:
            view.show_verified(one)
    if not all(one.sound for one in found):
        sys.exit(1)


def _place_options(command: Callable[..., None]) -> Callable[..., None]:
    options = (
        click.option("--home", type=click.Path(path_type=Path, file_okay=False), envvar="CONGTIN_HOME",
                     help=translate("The folder whose publisher.yaml names the place, where there still is one.")),
        click.option("--place", help=translate("The place, as publisher.yaml calls it; default: the first.")),
        click.option("--repository", help=translate("The place itself, on a machine that has nothing yet.")),
        click.option("--password-file", type=click.Path(path_type=Path), help=translate("Its password.")),
        click.option("--environment-file", type=click.Path(path_type=Path),
                     help=translate("Lines NAME=value, such as the keys of an S3 storage.")),
        click.option("--sftp-command", help=translate("How an sftp server is reached.")),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@backup_group.command("restore", help=translate("Bring a copy back into an empty folder and check it."))
@_TO
@_place_options
@_SNAPSHOT
@_TRUST
@click.pass_obj
def restore_command(context: Context, /, folder: Path, snapshot: str | None, trust: Path | None, **place: Any) -> None:
    """Exit with 1 when anything in the copy is wrong; it is there all the same."""
    chosen, hours = _chosen(**place)
    clock = _clock(context)
    restored = restore(chosen, folder, clock, most_hours=hours, snapshot=snapshot, trust=trust)
    log_restored(restored, chosen.name, clock)
    view.show_restored(restored)
    if not restored.sound:
        sys.exit(1)


@backup_group.command("drill", help=translate("Rehearse a loss: from an empty folder to all hosts answering, timed."))
@_TO
@click.option("--key", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True,
              help=translate("The service’s key, from where keys are kept."))  # fmt: skip
@_place_options
@_SNAPSHOT
@_TRUST
@_FORM
@click.pass_obj
def drill_command(
    context: Context, /, folder: Path, key: Path, snapshot: str | None, trust: Path | None, form: str, **place: Any
) -> None:
    """Exit with 1 when anything is wrong or it takes longer than the regulations allow."""
    chosen, hours = _chosen(**place)
    done = drill(chosen, folder, key, _clock(context), most_hours=hours, snapshot=snapshot, trust=trust)
    report = done.report.read_text("utf-8")
    if form == "json":
        click.echo(report, nl=False)
    else:
        show_problems(make_console(), done.problems)
        click.echo(markdown(json.loads(report)))
        view.say(msg("Report: {file}", file=done.report))
    if not done.passed:
        sys.exit(1)


@backup_group.command("units", help=translate("systemd units that make and check copies; they are printed or written."))
@home_option
@click.option("--user", help=translate("As whom they run; default: you."))
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False, exists=True),
              help=translate("Write them into this folder, such as /etc/systemd/system."))  # fmt: skip
@click.pass_obj
def units_command(context: Context, home: Home, user: str | None, folder: Path | None) -> None:
    """Print the units, each with its name above it."""
    with Desk(home.content, context.now) as desk:
        made = units(home, interval_of(home, context.now), user or getpass.getuser(), desk)
    for unit in made:
        if folder is None:
            click.echo(f"# {unit.name}\n{unit.text}")
        else:
            half = folder / f".{unit.name}.new"
            half.write_text(unit.text, "utf-8")
            half.replace(folder / unit.name)
            click.echo(str(folder / unit.name))


# --- what is given ---------------------------------------------------------------------------------


def _clock(context: Context) -> Callable[[], datetime]:
    """Return a clock that starts at the command's time: copying may take hours."""
    begun = time.monotonic()
    return lambda: context.now + timedelta(seconds=time.monotonic() - begun)


def _chosen(
    home: Path | None, place: str | None, repository: str | None, password_file: Path | None,
    environment_file: Path | None, sftp_command: str | None,
) -> tuple[Place, int]:  # fmt: skip
    """Return the place of the options, or of the settings where there are some."""
    if repository is None:
        settings = settings_of(Home.at(home or Path()))
        return place_of(settings, place), settings.most_hours
    if password_file is None:
        raise UsageError(msg("Nobody said which password opens the place."), msg("Name its file: --password-file"))
    where = repository if ":" in repository else str(Path(repository).absolute())
    environment = str(environment_file.absolute()) if environment_file else None
    try:
        made = Place(
            name=place or "given", repository=where, password_file=str(password_file.absolute()),
            environment_file=environment, sftp_command=sftp_command,
        )  # fmt: skip
    except ValidationError as error:
        hint = msg("Write /folder, sftp:user@host:/folder or s3:https://host/bucket.")
        raise UsageError(msg("restic knows no place “{place}”.", place=repository), hint) from error
    return made, _MOST_HOURS
