"""`congtin target`: Releases sent to other places."""

from __future__ import annotations

import json
import sys

import click
from rich.table import Table

from congtin.cli.context import Context
from congtin.cli.home_option import home_option
from congtin.cli.show import make_console, show_error, wide_console
from congtin.editorial.desk import Desk
from congtin.editorial.trust import TrustRoot
from congtin.errors import CongtinError, UsageError
from congtin.messages import msg, translate
from congtin.release.home import Home
from congtin.release.records import Release
from congtin.release.releases import live_release, release_of
from congtin.release.targets.push import push, targets_of
from congtin.release.targets.report import PushReport
from congtin.release.targets.standing import Standing, standing_of
from congtin.release.targets.verify import Verified, verify

_FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)


@click.group("target", help=translate("Send Releases to other places: a folder, another machine, storage."))
def target_group() -> None:
    """Hold the commands on targets."""


@target_group.command("push", help=translate("Send the live Release to all targets, or to those named."))
@click.argument("names", nargs=-1)
@click.option("--release", "number", type=int, help=translate("Another Release than the live one."))
@click.option("--dry-run", is_flag=True, help=translate("Only list what would change."))
@click.option("--again", is_flag=True, help=translate("Compare every file, whatever the target says it holds."))
@_FORMAT
@home_option
@click.pass_obj
def push_command(
    context: Context, names: tuple[str, ...], number: int | None, dry_run: bool, again: bool, form: str, home: Home
) -> None:
    """Send to each target; one that fails keeps no other from its Release. Exit with 1 when one failed."""
    release = _release(home, number)
    trust = _trust(home, context)
    reports: list[PushReport] = []
    failed: list[dict[str, str]] = []
    for target in targets_of(home, names):
        try:
            report = push(home, target, release, trust=trust, now=context.now, dry_run=dry_run, again=again)
        except CongtinError as error:
            show_error(make_console(stderr=True), error)
            failed.append({"target": target.name, "error": str(error.message), "hint": str(error.hint or "")})
            continue
        reports.append(report)
        if form == "text":
            _show_report(report)
    if form == "json":
        data = {"sent": [report.data() for report in reports], "failed": failed}
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    elif not reports and not failed:
        click.echo(str(msg("There is no target in publisher.yaml.")))
    sys.exit(1 if failed else 0)


@target_group.command("list", help=translate("Show what each target holds, and whether it is behind."))
@_FORMAT
@home_option
def list_command(form: str, home: Home) -> None:
    """Ask every target; exit with 1 when one cannot be asked or is behind."""
    found = [standing_of(home, target) for target in targets_of(home)]
    if form == "json":
        click.echo(json.dumps([each.data() for each in found], ensure_ascii=False, indent=1))
    else:
        heads = (
            translate("Target"),
            translate("Kind"),
            translate("Place"),
            translate("Release"),
            translate("Standing"),
        )
        table = Table(*heads, box=None)
        for each in found:
            table.add_row(each.name, each.kind, each.place, str(each.holds or "–"), _standing(each))
        wide_console().print(table)
    sys.exit(1 if any(each.behind or each.error for each in found) else 0)


@target_group.command("verify", help=translate("Compare the bytes that a target holds with its Release."))
@click.argument("name")
@click.option(
    "--sample", type=click.IntRange(min=1), help=translate("Compare the bytes of so many files only, chosen by chance.")
)
@_FORMAT
@home_option
@click.pass_obj
def verify_command(context: Context, name: str, sample: int | None, form: str, home: Home) -> None:
    """Name each file that is missing or differs; exit with 1 when there is one."""
    (target,) = targets_of(home, (name,))
    trust = _trust(home, context)
    found = verify(home, target, trust=trust, sample=sample, seed=int(context.now.timestamp()))
    if form == "json":
        click.echo(json.dumps(found.data(), ensure_ascii=False, indent=1))
    else:
        _show_verified(found)
    sys.exit(0 if found.is_whole else 1)


def _release(home: Home, number: int | None) -> Release:
    if number is not None:
        return release_of(home, number)
    live = live_release(home)
    if live is None:
        raise UsageError(msg("There is no live Release yet."), msg("Make one: congtin publish"))
    return live


def _trust(home: Home, context: Context) -> TrustRoot:
    with Desk(home.content, context.now) as desk:
        return desk.trust


def _show_report(report: PushReport) -> None:
    facts: dict[str, object] = {"target": report.target, "release": report.release}
    counts: dict[str, object] = {
        "sent": len(report.sent), "removed": len(report.removed), "waiting": len(report.waiting)
    }  # fmt: skip
    if report.current:
        click.echo(str(msg("{target} holds Release {release} already.", **facts)))
        return
    if not report.dry_run:
        text = msg(
            "{target} holds Release {release}; files sent: {sent} (of which compared first: {unknown}), "
            "removed: {removed}, kept for open pages: {waiting}.",
            **facts, **counts, unknown=report.unknown,
        )  # fmt: skip
        click.echo(str(text))
        return
    text = msg(
        "{target} would get Release {release}; files to send: {sent}, to remove: {removed}, kept for open pages: "
        "{waiting}. Nothing was changed.",
        **facts, **counts,
    )  # fmt: skip
    click.echo(str(text))
    for sign, names in (("+", report.sent), ("-", report.removed)):
        for name in names:
            click.echo(f"{sign} {name}")


def _standing(each: Standing) -> str:
    if each.error is not None:
        return str(each.error)
    if each.unfinished:
        return translate("a send stopped half-way; the next goes on")
    return translate("behind") if each.behind else translate("as live")


def _show_verified(found: Verified) -> None:
    for name in found.missing:
        click.echo(str(msg("missing: {name}", name=name)))
    for name in found.different:
        click.echo(str(msg("other bytes: {name}", name=name)))
    facts: dict[str, object] = {"target": found.target, "release": found.release, "compared": found.compared}
    if found.is_whole:
        click.echo(str(msg("{target} holds Release {release} whole; files compared: {compared}.", **facts)))
    else:
        bad = len(found.missing) + len(found.different)
        text = msg("{target} does not hold Release {release} as signed: {count} files.", **facts, count=bad)
        click.echo(str(text))
        click.echo(str(msg("Mend it: congtin target push {name} --again", name=found.target)))
    if found.unknown:
        click.echo(str(msg("Files of others there, never touched: {count}", count=found.unknown)))
