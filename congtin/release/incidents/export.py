"""A record for people: Markdown that is printed, signed and filed; data for programs (K9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from congtin.messages import Msg, msg, translate, user_language
from congtin.release.incidents.duties import Duty
from congtin.release.incidents.record import Entry, Incident
from congtin.release.paper import markdown_text, shown, signature_lines


def incident_data(incident: Incident, duties: Sequence[Duty], now: datetime) -> dict[str, object]:
    """Return a record as JSON can hold it."""
    closed = incident.closed
    return {
        "incident": incident.id,
        "title": incident.title,
        "found": incident.found.isoformat(),
        "sites": list(incident.sites),
        "closed": closed.at.isoformat() if closed else None,
        "recipients": [
            {
                "id": duty.recipient,
                "label": duty.name(user_language()),
                "contact": duty.contact.model_dump(),
                "notice_due": duty.notice_due.isoformat(),
                "told": duty.told.isoformat() if duty.told else None,
                "hours_to_notice": _hours(duty.told - incident.found) if duty.told else None,
                "report_due": duty.report_due.isoformat(),
                "reported": duty.reported.isoformat() if duty.reported else None,
                "overdue": duty.overdue(now),
            }
            for duty in duties
        ],
        "without_contact": sum(not duty.contact.known for duty in duties),
        "entries": [
            entry.model_dump(mode="json", exclude_none=True) | {"sha256": entry.sha} for entry in incident.entries
        ],
    }


def incident_markdown(incident: Incident, duties: Sequence[Duty], now: datetime) -> str:
    """Return the whole record as Markdown, in the language of the reader."""
    closed = incident.closed
    lines = [
        f"# {msg('Incident {incident}: {title}', incident=incident.id, title=markdown_text(incident.title))}",
        "",
        f"* {msg('Found: {time}', time=shown(incident.found))}",
        f"* {msg('Sites: {sites}', sites=', '.join(incident.sites) or translate('not named'))}",
        f"* {msg('Closed: {time}', time=shown(closed.at)) if closed else translate('It is still open.')}",
        "",
        f"## {translate('Who was told')}",
        "",
        *_duty_lines(incident, duties, now),
        "",
        f"## {translate('What happened')}",
        "",
        *(f"{entry.number}. {markdown_text(entry_text(entry, duties))}" for entry in incident.entries),
        "",
        f"{translate('Digest of the last entry')}: `{incident.entries[-1].sha}`",
        "",
        *signature_lines(),
    ]
    return "\n".join(lines) + "\n"


def _duty_lines(incident: Incident, duties: Sequence[Duty], now: datetime) -> Iterator[str]:
    titles = (
        translate("Recipient"), translate("Contact"), translate("Notice due"), translate("Told"),
        translate("Report due"), translate("Reported"),
    )  # fmt: skip
    yield f"| {' | '.join(titles)} |"
    yield "|" + "---|" * len(titles)
    for duty in duties:
        cells = (
            duty.name(user_language()), contact_text(duty), shown(duty.notice_due),
            told_text(incident, duty.told, duty.notice_due, now),
            shown(duty.report_due), told_text(incident, duty.reported, duty.report_due, now),
        )  # fmt: skip
        yield f"| {' | '.join(markdown_text(cell) for cell in cells)} |"


def contact_text(duty: Duty) -> str:
    """Return how a recipient is reached, or that nobody has entered it."""
    contact = duty.contact
    said = [word for word in (contact.name, contact.phone, contact.email) if word]
    return ", ".join(said) if contact.known else translate("no contact on record")


def told_text(incident: Incident, at: datetime | None, due: datetime, now: datetime) -> str:
    """Return when somebody was told and how long after the incident was found, or that it is due or overdue."""
    if at is not None:
        words = {"time": shown(at), "hours": _hours(at - incident.found)}
        if at > due:
            return str(msg("{time} (after {hours} hours) – late", **words))
        return str(msg("{time} (after {hours} hours)", **words))
    return translate("overdue") if now > due else translate("not yet")


def entry_text(entry: Entry, duties: Sequence[Duty]) -> str:
    """Return one entry as a line."""
    names = {duty.recipient: duty.name(user_language()) for duty in duties}
    recipient = names.get(entry.recipient or "", entry.recipient or "")
    words: dict[str, Msg] = {
        "opened": msg("found: {text}", text=entry.title or ""),
        "noted": msg("noted: {text}", text=entry.text or ""),
        "notified": msg("told {recipient}: {text}", recipient=recipient, text=entry.how or ""),
        "closed": msg("closed. Cause: {cause} Measures: {measures}", cause=entry.cause, measures=entry.measures),
    }
    if entry.act == "notified" and entry.report:
        words["notified"] = msg("reported to {recipient}: {text}", recipient=recipient, text=entry.how or "")
    if entry.act == "closed" and entry.text:
        words["closed"] = msg(
            "closed. Cause: {cause} Measures: {measures} Not everybody was told: {why}",
            cause=entry.cause, measures=entry.measures, why=entry.text,
        )  # fmt: skip
    return f"{shown(entry.at)} – {str(words[entry.act]).rstrip(': ')}"


def _hours(span: timedelta) -> float:
    return round(span.total_seconds() / 3600, 1)
