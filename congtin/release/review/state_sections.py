"""What stands beside the log: its continuity, the roster, levels, procedures, incidents (K2, K3, K8, K9, E9, J7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from congtin.editorial.desk import Desk
from congtin.editorial.repository import GitFailed
from congtin.editorial.roster import Roster
from congtin.editorial.roster_report import missing_handovers, stale_accounts, training_due
from congtin.errors import Problem
from congtin.messages import Msg, msg
from congtin.release.controls import Controls
from congtin.release.incidents.duties import Contacts, duties_of
from congtin.release.incidents.record import Incident
from congtin.release.inventory.sites import SiteFacts, gap_names, gaps
from congtin.release.records import Release
from congtin.release.review.report import Section
from congtin.release.review.story import Story

_WHAT, _WHERE = ("what", msg("What")), ("where", msg("Where"))


def continuity(story: Story, releases: Iterable[Release]) -> Section:
    """Return whether the log is whole: its chain and signatures, and the heads that Releases have named."""
    rows = []
    for release in releases:
        head = release.record.log_head
        if head is not None and head not in story.oids:
            text = msg(
                "Release {number} names an entry that the log does not hold: its end was cut off.",
                number=release.number,
            )
            rows.append((text, head[:12]))
    note = msg("{total} entries were checked from the first on; none is of the period.", total=story.total)
    if story.entries:
        note = msg(
            "{total} entries were checked from the first on; those of the period are {first} to {last}.",
            total=story.total, first=story.entries[0].seq, last=story.entries[-1].seq,
        )  # fmt: skip
    if story.damage:
        rows.append((story.damage, str(story.total + 1)))
    return Section("log", msg("Is the log whole?"), (_WHAT, _WHERE), rows, note, len(rows))


def roster_changes(story: Story, desk: Desk, roster: Roster | None) -> Section:
    """Return each change of Boards and people in the period, with its decision, and access taken away (E5, E8)."""
    columns = (("time", msg("Time")), ("commit", msg("Commit")), ("decision", msg("Decision or incident")))
    title = msg("Changes of the Boards and of access")
    if roster is None:
        note = msg("The roster is not at hand: the log names {count} states of it.", count=len(story.rosters))
        return Section("rosters", title, columns, (), note)
    rows = []
    repository = desk.rosters.repository
    for (_, _, before), (_, seen, after) in zip(story.rosters, story.rosters[1:], strict=False):
        try:
            commits = repository.first_parents(before, after)
        except GitFailed:
            commits = [after]
        for oid in commits:
            commit = repository.commit(oid)
            why = commit.trailer("Decision") or commit.trailer("Incident") or "-"
            rows.append((seen, oid[:12], why))
    return Section("rosters", title, columns, rows, msg("Times are those at which the log first saw the change."))


def accounts(story: Story, roster: Roster | None, controls: Controls, at: datetime) -> Section:
    """Return keys that did nothing for long, people who left without handover, trainings that are due (E9, O1)."""
    title, columns = msg("Accounts, handovers, trainings"), (_WHAT, _WHERE)
    if roster is None:
        return Section("accounts", title, columns, (), msg("The roster is not at hand: this could not be looked at."))
    found: list[Problem] = [
        *stale_accounts(roster, story.last_acts, at, controls.idle_keys.days),
        *missing_handovers(roster, at),
        *training_due(roster, at),
    ]
    return _problems("accounts", title, found)


def levels(sites: Sequence[SiteFacts]) -> Section:
    """Return how many live Sites lack a level, a decision, an assessment (K2, K3)."""
    names = gap_names()
    counted = {code: count for code, count in gaps(sites).items() if code.startswith(("level", "assessment"))}
    rows = [(names[code], count) for code, count in counted.items() if count]
    columns = (_WHAT, ("sites", msg("Sites")))
    return Section("levels", msg("Security levels and assessments"), columns, rows, attention=len(rows))


def procedures(problems: Sequence[Problem]) -> Section:
    """Return which written procedures are missing, overdue or not in force (J7)."""
    return _problems("procedures", msg("Written procedures"), problems)


def incidents(found: Iterable[Incident], story: Story, controls: Controls, contacts: Contacts, at: datetime) -> Section:
    """Return the incidents of the period and those still open, with who was not told in time (K9)."""
    rows, late = [], 0
    for incident in found:
        within = story.begin <= incident.found < story.end
        if not within and (incident.closed or incident.found >= story.end):
            continue
        duties = duties_of(incident, controls.incidents, contacts)
        missed = [d.recipient for d in duties if d.overdue(at) or (d.told is not None and d.told > d.notice_due)]
        late += bool(missed)
        state = msg("closed") if incident.closed else msg("open")
        rows.append((incident.id, incident.found, incident.title, state, ", ".join(missed)))
    columns = (
        ("incident", msg("Incident")), ("found", msg("Found")), ("title", msg("Title")), ("state", msg("State")),
        ("late", msg("Told late or not at all")),
    )  # fmt: skip
    return Section("incidents", msg("Incidents (K9)"), columns, rows, attention=late)


def _problems(key: str, title: Msg, found: Sequence[Problem]) -> Section:
    rows = [(problem.message, problem.place) for problem in found]
    return Section(key, title, (_WHAT, _WHERE), rows, attention=len(rows))
