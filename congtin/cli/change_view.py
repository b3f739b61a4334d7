"""How Changes look on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from congtin.cli.show import severity_name
from congtin.editorial import log
from congtin.editorial.changes import Bytes
from congtin.editorial.policy import State
from congtin.editorial.repository import GitRepository
from congtin.editorial.statements import Type
from congtin.editorial.states import Standing
from congtin.errors import Severity, UsageError
from congtin.messages import msg, translate
from congtin.model import HANOI_TIME


def state_name(state: State) -> str:
    """Return the word people read."""
    names = {
        State.DRAFT: translate("draft"),
        State.IN_REVIEW: translate("in review"),
        State.CHANGES_REQUESTED: translate("changes requested"),
        State.APPROVED: translate("approved"),
        State.SCHEDULED: translate("scheduled"),
        State.PUBLISHED: translate("published"),
        State.WITHDRAWN: translate("taken back"),
    }
    return names[state]


def act_name(kind: Type) -> str:
    """Return what was done, in the word people read."""
    names = {
        Type.SUBMISSION: translate("submitted"),
        Type.APPROVAL: translate("approved"),
        Type.CHANGES_REQUESTED: translate("changes requested"),
        Type.REJECTION: translate("rejected"),
        Type.WITHDRAWAL: translate("taken back"),
        Type.NEEDS_CONFIRMATION: translate("confirmation required"),
        Type.CONFIRMATION: translate("confirmed"),
        Type.TAKEDOWN: translate("taken down"),
        Type.TAKEDOWN_CONFIRMATION: translate("takedown confirmed"),
    }
    return names[kind]


def role_name(role: str) -> str:
    """Return the word people read for a role."""
    names = {
        "contributor": translate("contributor"),
        "editor": translate("editor"),
        "desk": translate("editorial desk"),
        "member": translate("member"),
        "deputy": translate("deputy head"),
        "head": translate("head"),
        "operator": translate("operator"),
    }
    return names.get(role, role)


def event_name(event: str) -> str:
    """Return the words people read for an entry of the log."""
    names = {
        "founded": translate("begun"),
        "pushed": translate("edited"),
        "merged": translate("merged"),
        "published": translate("went live"),
        "rolled-back": translate("went back"),
        "maintenance-planned": translate("maintenance planned"),
        "maintenance-cancelled": translate("maintenance cancelled"),
        "incident-opened": translate("incident opened"),
        "incident-noted": translate("incident noted"),
        "incident-notified": translate("incident told"),
        "incident-closed": translate("incident closed"),
        "backup-created": translate("backup made"),
        "backup-failed": translate("backup failed"),
        "backup-verified": translate("backup verified"),
        "backup-restored": translate("backup restored"),
        "refused": translate("refused"),
        "branch-removed": translate("branch removed"),
        **{kind.value: act_name(kind) for kind in Type},
    }
    return names.get(event, event)


def show_bytes(console: Console, change: str, about: Bytes) -> None:
    """Print what a signature is over."""
    console.print(Text(str(msg("Change {change}, {count} files", change=change, count=len(about.files)))))
    console.print(Text(str(msg("Digest {digest}", digest=about.digest))), soft_wrap=True)


def show_changes(console: Console, found: Iterable[Standing]) -> None:
    """Print Changes as a table, one line each."""
    table = Table(box=None, pad_edge=False)
    for name in (translate("Change"), translate("State"), translate("Since"), translate("Sites"), translate("Title")):
        table.add_column(name, overflow="fold")
    count = 0
    for one in found:
        count += 1
        since = one.since.astimezone(HANOI_TIME).strftime("%d/%m/%Y %H:%M") if one.since else ""
        table.add_row(one.change, state_name(one.state), since, ", ".join(one.sites), one.title)
    if count:
        console.print(table)
    else:
        console.print(Text(translate("There are no open Changes.")))


def show_submitted(console: Console, one: Standing) -> None:
    """Print a Change with everything that was said about it."""
    console.print(Text(f"{one.change}  {one.title}", "bold"), soft_wrap=True)
    console.print(Text(str(msg("State: {state}", state=state_name(one.state)))))
    if one.sites:
        console.print(Text(str(msg("Sites: {sites}", sites=", ".join(one.sites)))))
    for signed in one.statements:
        statement = signed.statement
        when = statement.at.astimezone(HANOI_TIME).strftime("%d/%m/%Y %H:%M")
        words = [statement.code, statement.unit, statement.reason, statement.description]
        said = " – ".join(word for word in words if word)
        mark = "" if statement.head == one.head else translate(" (over other bytes)")
        console.print(Text(f"  {when}  {act_name(statement.type)}{mark}  {said}".rstrip()), soft_wrap=True)
        if statement.checks and statement.type is Type.SUBMISSION:
            counts = ", ".join(f"{severity_name(Severity(n))} {count}" for n, count in statement.checks.items())
            console.print(Text(str(msg("      Checks, as the author counted: {counts}", counts=counts)), "dim"))


def show_history(console: Console, git: GitRepository, change: str) -> None:
    """Print every entry of the log about a Change; raise UsageError when there is none."""
    entries = [r.entry for r in log.entries(git, git.ref(log.REF)) if r.entry.change == change]
    if not entries:
        raise UsageError(msg("There is no Change “{change}”.", change=change), msg("congtin change list"))
    for entry in entries:
        when = entry.time.astimezone(HANOI_TIME).strftime("%d/%m/%Y %H:%M:%S")
        detail = " ".join(str(entry.detail[name]) for name in ("digest", "code", "reason") if name in entry.detail)
        console.print(Text(f"{entry.seq:>6}  {when}  {event_name(entry.event)}  {detail}"), soft_wrap=True)
