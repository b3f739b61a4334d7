"""Who has to be told of an incident, by when, and who was; nothing of this is guessed (K9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from congtin.editorial.strict_file import read_entry
from congtin.errors import Problem, ProblemsFound, did_you_mean
from congtin.messages import msg
from congtin.network.network import local
from congtin.network.options import PathPart, Words
from congtin.release.controls import IncidentRules
from congtin.release.incidents.record import Incident
from congtin.validation import StrictModel

CONTACTS = "contacts.yaml"


class ContactOf(StrictModel):
    """How one recipient is reached at any hour."""

    name: Words | None = None
    phone: Words | None = None
    email: Words | None = None

    @property
    def known(self) -> bool:
        """Tell whether somebody could be reached by this."""
        return self.phone is not None or self.email is not None


class Contacts(StrictModel):
    """HOME/incidents/contacts.yaml: written by whoever runs the machine, never by this program."""

    recipients: dict[PathPart, ContactOf] = {}


@dataclass(frozen=True)
class Duty:
    """One recipient of one incident."""

    recipient: str
    label: dict[str, str]
    contact: ContactOf
    notice_due: datetime
    report_due: datetime
    told: datetime | None
    reported: datetime | None

    def overdue(self, now: datetime) -> bool:
        """Tell whether the first notice or the report should have been given by now."""
        return (self.told is None and now > self.notice_due) or (self.reported is None and now > self.report_due)

    def name(self, lang: str) -> str:
        """Return the words people read."""
        return local(self.label, lang)[0]


def read_contacts(folder: Path, rules: IncidentRules) -> Contacts:
    """Read the contacts; without a file there are none. Raise ProblemsFound with everything wrong in it."""
    file = folder / CONTACTS
    if not file.is_file():
        return Contacts()
    problems: list[Problem] = []
    entry = read_entry(str(file), file.read_bytes(), Contacts, problems)
    known = [recipient.id for recipient in rules.recipients]
    for name in entry.model.recipients if entry else ():
        if entry and name not in known:
            text = msg("“{recipient}” is nobody who must be told.", recipient=name)
            problems.append(entry.problem("unknown-recipient", ["recipients", name], text, did_you_mean(name, known)))
    if problems or entry is None:
        raise ProblemsFound(problems)
    return entry.model


def duties_of(incident: Incident, rules: IncidentRules, contacts: Contacts) -> list[Duty]:
    """Return what is owed to each recipient, in the order of the rules."""
    return [
        Duty(
            recipient.id,
            dict(recipient.label),
            contacts.recipients.get(recipient.id, ContactOf()),
            incident.found + timedelta(hours=rules.notice.hours),
            incident.found + timedelta(hours=rules.report.hours),
            incident.told(recipient.id),
            incident.told(recipient.id, report=True),
        )
        for recipient in rules.recipients
    ]
