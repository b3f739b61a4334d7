"""`congtin maintenance`: planned stops, each after a notice that citizens could read in time."""

from __future__ import annotations

import json
from datetime import datetime

import click
from rich.table import Table

from congtin.cli.context import Context, moment
from congtin.cli.home_option import home_option
from congtin.cli.show import wide_console
from congtin.errors import list_of
from congtin.messages import msg, translate
from congtin.model import HANOI_TIME
from congtin.release import maintenance
from congtin.release.home import Home
from congtin.release.maintenance import Plan

_FORMS = click.Choice(["text", "json"])


@click.group(
    "maintenance", help=translate("Plan stops of the web servers, after a notice at least five working days before.")
)
def maintenance_group() -> None:
    """Hold the commands on planned stops."""


@maintenance_group.command("plan", help=translate("Plan a stop; refused without a notice that is out in time."))
@home_option
@click.option("--from", "begins", required=True, callback=moment, help=translate("When the stop begins."))
@click.option("--to", "ends", required=True, callback=moment, help=translate("When it ends at the latest."))
@click.option(
    "--notice", "notices", required=True, multiple=True,
    help=translate("The id of a published Item that names the day; may be given several times."),
)  # fmt: skip
@click.option(
    "--site", "sites", multiple=True,
    help=translate("A Site that stops, as in hanoi/hoankiem or hanoi/*; may be given several times. Default: all."),
)  # fmt: skip
@click.pass_obj
def plan_command(
    context: Context, home: Home, begins: datetime, ends: datetime, notices: tuple[str, ...], sites: tuple[str, ...]
) -> None:
    """Plan, log and say it."""
    plan = maintenance.plan_stop(home, begins, ends, notices, sites, context.now)
    text = msg(
        "The stop {plan} is planned from {begins} to {ends} (Sites: {count}).",
        plan=plan.id, begins=_time(plan.begins), ends=_time(plan.ends), count=len(plan.sites),
    )  # fmt: skip
    click.echo(str(text))


@maintenance_group.command("list", help=translate("Show the planned stops."))
@home_option
@click.option("--all", "every", is_flag=True, help=translate("Those that are over or cancelled too."))
@click.option("--format", "form", type=_FORMS, default="text", help=translate("How to show it."))
@click.pass_obj
def list_command(context: Context, home: Home, every: bool, form: str) -> None:
    """Print one line a stop, by their beginning."""
    found = [plan for plan in maintenance.plans(home) if every or not _is_over(plan, context.now)]
    if form == "json":
        click.echo(json.dumps([plan.model_dump(mode="json") for plan in found], ensure_ascii=False, indent=1))
        return
    if not found:
        click.echo(translate("No stop is planned."))
        return
    table = Table(box=None, pad_edge=False)
    for name in (
        "",
        translate("From"),
        translate("Until"),
        translate("State"),
        translate("Sites"),
        translate("Notice"),
    ):
        table.add_column(name, overflow="fold")
    for plan in found:
        addresses = list_of(dict.fromkeys(notice.address for notice in plan.notices), most=3)
        times = (_time(plan.begins), _time(plan.ends))
        table.add_row(plan.id, *times, _state(plan, context.now), list_of(plan.sites, most=6), addresses)
    wide_console().print(table)


@maintenance_group.command("cancel", help=translate("Cancel a planned stop, or end one that has begun."))
@home_option
@click.argument("plan")
@click.pass_obj
def cancel_command(context: Context, home: Home, plan: str) -> None:
    """Cancel, log and say it."""
    ended = maintenance.cancel(home, plan, context.now)
    click.echo(str(msg("The stop {plan} is cancelled.", plan=ended.id)))


def _is_over(plan: Plan, now: datetime) -> bool:
    return plan.cancelled is not None or plan.ends <= now


def _state(plan: Plan, now: datetime) -> str:
    if plan.cancelled:
        return translate("cancelled")
    if plan.ends <= now:
        return translate("over")
    return translate("now") if plan.begins <= now else translate("planned")


def _time(when: datetime) -> str:
    return f"{when.astimezone(HANOI_TIME):%d/%m/%Y %H:%M}"
