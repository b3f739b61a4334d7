"""`congtin incident`: what was found, done and told, and whom the regulations say to tell."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime

import click
from rich.text import Text

from congtin.cli.context import Context, moment
from congtin.cli.home_option import home_option
from congtin.cli.show import make_console, show_error
from congtin.editorial.desk import MAIN, Desk
from congtin.editorial.repository import GitFailed
from congtin.errors import CongtinError, ProblemsFound, UsageError, did_you_mean, list_of
from congtin.messages import msg, translate, user_language
from congtin.release.controls import IncidentRules, load_controls
from congtin.release.home import Home
from congtin.release.incidents.duties import Duty, duties_of, read_contacts
from congtin.release.incidents.export import (
    contact_text,
    entry_text,
    incident_data,
    incident_markdown,
    told_text,
)
from congtin.release.incidents.record import FOLDER, Incident, Incidents
from congtin.release.paper import shown

_FORMS = click.Choice(["text", "json", "markdown"])
_AT = click.option("--at", callback=moment, help=translate("When it happened; default: now."))


@click.group("incident", help=translate("Records of incidents, and whom the regulations say to tell (K9)."))
def incident_group() -> None:
    """Group the commands on incidents."""


@incident_group.command("open", help=translate("Begin the record of an incident; it says whom to tell by when."))
@home_option
@click.option("--title", required=True, help=translate("What was found, in a few words; no names of people."))
@click.option("--found", callback=moment, help=translate("When it was found; default: now."))
@click.option("--site", "sites", multiple=True, help=translate("A Site that is concerned; may be repeated."))
@click.pass_obj
def open_command(context: Context, home: Home, title: str, found: datetime | None, sites: tuple[str, ...]) -> None:
    """Write the first entry."""
    if not title.strip():
        raise UsageError(msg("The entry is empty or too long."))
    incident = Incidents.of(home).open(context.now, found or context.now, title, sites)
    _logged(context, home)
    make_console().print(Text(str(msg("Incident {incident} is open.", incident=incident.id))), soft_wrap=True)
    _show(context, home, incident)


@incident_group.command("note", help=translate("Add what was seen or done."))
@click.argument("incident")
@click.argument("text")
@home_option
@_AT
@click.pass_obj
def note_command(context: Context, home: Home, incident: str, text: str, at: datetime | None) -> None:
    """Add an entry."""
    Incidents.of(home).add(incident, context.now, "noted", at or context.now, text=text)
    _logged(context, home)


@incident_group.command("notify", help=translate("Record that a recipient was told: this command itself tells nobody."))
@click.argument("incident")
@click.argument("recipient")
@home_option
@_AT
@click.option("--how", help=translate("By which way: the number of the letter, a call, a form."))
@click.option("--report", is_flag=True, help=translate("It was the whole report, not only the first notice."))
@click.pass_obj
def notify_command(
    context: Context, home: Home, incident: str, recipient: str, at: datetime | None, how: str | None, report: bool
) -> None:
    """Add an entry for one of the recipients."""
    known = [one.id for one in _rules(context, home).recipients]
    if recipient not in known:
        hint = did_you_mean(recipient, known) or msg("Known are: {words}.", words=list_of(known))
        raise UsageError(msg("“{recipient}” is nobody who must be told.", recipient=recipient), hint)
    said = {"recipient": recipient, "report": report, **({"how": how} if how else {})}
    done = Incidents.of(home).add(incident, context.now, "notified", at or context.now, **said)
    _logged(context, home)
    _show(context, home, done)


@incident_group.command(
    "close", help=translate("End a record: what the cause was, what was done so that it stays away.")
)
@click.argument("incident")
@home_option
@_AT
@click.option("--cause", required=True, help=translate("Why it happened."))
@click.option("--measures", required=True, help=translate("What was done against it."))
@click.option("--although", help=translate("Why a recipient that was not told need not be told."))
@click.pass_obj
def close_command(
    context: Context, home: Home, incident: str, at: datetime | None, cause: str, measures: str, although: str | None
) -> None:
    """Add the last entry; refuse while somebody has not been told and nothing says why not."""
    records, rules = Incidents.of(home), _rules(context, home)
    duties = _duties(home, records.read(incident), rules)
    waiting = [duty.recipient for duty in duties if duty.told is None]
    if waiting and not although:
        hint = msg(
            "Tell them, then: congtin incident notify {incident} {recipient}", incident=incident, recipient=waiting[0]
        )
        raise UsageError(msg("Not told yet: {recipients}.", recipients=list_of(waiting)), hint)
    records.add(
        incident,
        context.now,
        "closed",
        at or context.now,
        cause=cause,
        measures=measures,
        **({"text": although} if waiting else {}),
    )
    _logged(context, home)


@incident_group.command("show", help=translate("Show a record, or export it to be signed."))
@click.argument("incident")
@home_option
@click.option("--format", "form", type=_FORMS, default="text", help=translate("How to show it."))
@click.pass_obj
def show_command(context: Context, home: Home, incident: str, form: str) -> None:
    """Print one record."""
    found = Incidents.of(home).read(incident)
    duties = _duties(home, found, _rules(context, home))
    if form == "json":
        click.echo(json.dumps(incident_data(found, duties, context.now), ensure_ascii=False, indent=1))
    elif form == "markdown":
        click.echo(incident_markdown(found, duties, context.now), nl=False)
    else:
        _show(context, home, found)


@incident_group.command("list", help=translate("List the incidents; ends with 1 while a notice or report is overdue."))
@home_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)
@click.pass_obj
def list_command(context: Context, home: Home, form: str) -> None:
    """Print one line each."""
    rules, console = _rules(context, home), make_console()
    late, rows = False, []
    for incident in Incidents.of(home).all():
        duties = _duties(home, incident, rules)
        overdue = any(duty.overdue(context.now) for duty in duties)
        late = late or overdue
        rows.append(incident_data(incident, duties, context.now))
        state = translate("closed") if incident.closed else translate("open")
        words = f"{incident.id}  {shown(incident.found)}  {state}  {incident.title}"
        if form == "text":
            console.print(Text(words + (f"  – {translate('overdue')}" if overdue else "")), soft_wrap=True)
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    if late:
        sys.exit(1)


def _duties(home: Home, incident: Incident, rules: IncidentRules) -> list[Duty]:
    return duties_of(incident, rules, read_contacts(home.folder / FOLDER, rules))


def _rules(context: Context, home: Home) -> IncidentRules:
    """Return the rules of main; when the repository cannot be read, which may be the incident, the engine's own."""
    try:
        with Desk(home.content, context.now) as desk:
            return load_controls(desk.plain.tree(desk.plain.ref(MAIN) or "")).incidents
    except (UsageError, GitFailed, ProblemsFound):
        return IncidentRules()


def _logged(context: Context, home: Home) -> None:
    """Bring the audit log up to date; when that cannot be, say so: the record itself is safe."""
    try:
        with Desk(home.content, context.now) as desk:
            Incidents.of(home).log(desk)
    except CongtinError as error:
        console = make_console(stderr=True)
        text = msg("It is written down, but not in the audit log yet; the next command about incidents tries again.")
        console.print(Text(str(text), "yellow"), soft_wrap=True)
        show_error(console, error)


def _show(context: Context, home: Home, incident: Incident) -> None:
    console, duties = make_console(), _duties(home, incident, _rules(context, home))
    for entry in incident.entries:
        console.print(Text(f"  {entry_text(entry, duties)}"), soft_wrap=True)
    for duty in duties:
        told = told_text(incident, duty.told, duty.notice_due, context.now)
        text = msg(
            "{recipient}: notice by {due}: {told}; {contact}",
            recipient=duty.name(user_language()), due=shown(duty.notice_due), told=told, contact=contact_text(duty),
        )  # fmt: skip
        console.print(Text(str(text), _style(duty, context.now)), soft_wrap=True)
    _show_gaps(duties)


def _show_gaps(duties: Sequence[Duty]) -> None:
    missing = sum(not duty.contact.known for duty in duties)
    if missing:
        text = msg(
            "Recipients without a contact on record: {count}. Enter them in {file}.",
            count=missing,
            file="incidents/contacts.yaml",
        )
        make_console().print(Text(str(text), "yellow"), soft_wrap=True)


def _style(duty: Duty, now: datetime) -> str:
    if duty.overdue(now):
        return "bold red"
    return "green" if duty.told else "yellow"
