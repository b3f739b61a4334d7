"""Make a review of a period: every section, from the log, the roster where it is at hand, and the home (K8)."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from functools import partial
from pathlib import Path

from congtin.editorial import log
from congtin.editorial.desk import Desk
from congtin.editorial.log import Entry, LogDamaged
from congtin.editorial.mainline import Mainline
from congtin.editorial.roster import Roster
from congtin.editorial.rosters import RosterWentBack
from congtin.errors import Problem, ProblemsFound
from congtin.messages import Msg, msg
from congtin.model import HANOI_TIME
from congtin.release.controls import Controls, load_controls
from congtin.release.home import Home
from congtin.release.incidents.duties import read_contacts
from congtin.release.incidents.record import FOLDER, Incident, Incidents, RecordDamaged
from congtin.release.inventory.sites import SiteFacts, facts_of
from congtin.release.procedures import read_procedures
from congtin.release.releases import all_releases
from congtin.release.review import log_sections, state_sections
from congtin.release.review.report import Review
from congtin.release.review.story import Story, read_story
from congtin.rules.reading import Reader
from congtin.rules.working_days import HOLIDAYS_FILE, WorkingDays


def make_review(home: Home, desk: Desk, since: date, until: date) -> Review:
    """Return the review of some days, both within; a damaged log or roster stands in it, and raises nothing.

    Raise ProblemsFound when Sites or rules of main cannot be read.
    """
    content, main = desk.plain, desk.main()
    tree = content.tree(main)
    controls = load_controls(tree)
    head = content.ref(log.REF)
    story = read_story(content, head, desk.trust, since, until)
    roster, roster_damage = _roster(desk, story)
    records, records_damage = _incidents(Incidents.of(home), story)
    review = Review(since, until, desk.now, head, damage=story.damage or roster_damage or records_damage)
    at = min(desk.now, story.end)
    who = partial(_who, known=roster is not None)
    sites, due = _written(desk, controls, tree, main)
    contacts = read_contacts(home.folder / FOLDER, controls.incidents)
    review.sections = [
        state_sections.continuity(story, all_releases(home)),
        log_sections.by_event(story),
        log_sections.by_site(story),
        log_sections.refusals(story),
        log_sections.takedowns(story),
        log_sections.exceptions(story),
        log_sections.odd_hours(story, controls.office_hours, _calendar(tree), who),
        log_sections.forges(story),
        log_sections.releases(story),
        log_sections.without_effect(story, set(content.commits(main))),
        state_sections.roster_changes(story, desk, roster),
        state_sections.accounts(story, roster, controls, at),
        state_sections.levels(sites),
        state_sections.procedures(due),
        state_sections.incidents(records, story, controls, contacts, desk.now),
    ]
    return review


def _roster(desk: Desk, story: Story) -> tuple[Roster | None, Msg | None]:
    """Return the roster in force, or why it cannot be used; where it is not at hand there is neither."""
    if not desk.is_at_hand():
        return None, None
    try:
        return desk.roster, None
    except (ProblemsFound, RosterWentBack, LogDamaged) as error:
        return None, None if story.damage else error.message


def _incidents(records: Incidents, story: Story) -> tuple[list[Incident], Msg | None]:
    """Return the records of incidents; with why, when one of them is not what the audit log has the digests of."""
    found: list[Incident] = []
    damage: Msg | None = None
    for identity in records.ids():
        try:
            found.append(records.read(identity))
        except RecordDamaged as error:
            damage = error.message
    held = {(entry.incident, entry.number): entry.sha for incident in found for entry in incident.entries}
    for (identity, number), digests in story.incidents.items():
        if damage is None and held.get((identity, number)) not in digests:
            damage = msg(
                "Entry {number} of {incident} was altered, or one before it.", number=number, incident=identity
            )
    return found, damage


def _who(entry: Entry, *, known: bool) -> str:
    return (entry.person if known else entry.key) or entry.key or ""


def _written(desk: Desk, controls: Controls, tree: Reader, main: str) -> tuple[list[SiteFacts], tuple[Problem, ...]]:
    """Return the Sites of main and what is wrong with the procedures, both as of today."""
    today = desk.now.astimezone(HANOI_TIME).date()
    with tempfile.TemporaryDirectory(prefix="congtin-") as state, Mainline(desk.plain, Path(state)) as mainline:
        network = mainline.side(main).network
    return facts_of(network, controls, today), read_procedures(tree, controls.procedures, today).problems


def _calendar(tree: Reader) -> WorkingDays | None:
    return WorkingDays.load(tree) if tree.read(HOLIDAYS_FILE) is not None else None


def quarter_before(now: datetime) -> tuple[date, date]:
    """Return the first and last day of the last whole quarter."""
    today = now.astimezone(HANOI_TIME).date()
    first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    last = date.fromordinal(first.toordinal() - 1)
    return date(last.year, last.month - 2, 1), last
