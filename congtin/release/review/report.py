"""The form of a review: sections with tables, for a screen, for paper with places to sign, for programs (K8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from congtin.messages import Msg, msg, translate
from congtin.release.paper import markdown_text, shown, signature_lines

MOST_ROWS = 200
EventName = Callable[[str], str]


class EventWord(str):
    """An event of the log: a code for programs, a word for people."""

    __slots__ = ()


Cell = str | int | Msg | EventWord | datetime


@dataclass(frozen=True)
class Section:
    """One question of the review and its answer."""

    key: str
    title: Msg
    columns: tuple[tuple[str, Msg], ...] = ()
    rows: Sequence[Sequence[Cell]] = ()
    note: Msg | None = None
    """What holds for the whole section, or why it is empty."""
    attention: int = 0
    """How many of the rows somebody must look at."""

    def data(self) -> dict[str, object]:
        """Return this as JSON can hold it."""
        names = [name for name, _ in self.columns]
        return {
            "rows": [dict(zip(names, map(_plain, row), strict=True)) for row in self.rows],
            "attention": self.attention,
            "note": str(self.note) if self.note else None,
        }


@dataclass
class Review:
    """A whole review."""

    since: date
    until: date
    """The last day."""
    made: datetime
    log_head: str | None
    sections: list[Section] = field(default_factory=list)
    damage: Msg | None = None
    """Why the log, or the roster, is not what it must be; what else stands here is worth little then."""

    @property
    def attention(self) -> int:
        return sum(section.attention for section in self.sections)

    def data(self) -> dict[str, object]:
        """Return this as JSON can hold it."""
        return {
            "format": 1,
            "from": self.since.isoformat(),
            "until": self.until.isoformat(),
            "made": self.made.isoformat(timespec="seconds"),
            "log_head": self.log_head,
            "damage": str(self.damage) if self.damage else None,
            "attention": self.attention,
            "sections": {section.key: section.data() for section in self.sections},
        }


def head_lines(review: Review) -> list[str]:
    """Return what stands above the sections."""
    lines = [
        str(msg("Period: {since} to {until}", since=day(review.since), until=day(review.until))),
        str(msg("Made: {time}", time=shown(review.made))),
        str(msg("Newest entry of the log: {oid}", oid=review.log_head or "-")),
    ]
    if review.damage:
        lines.append(str(msg("DAMAGED: {text}", text=review.damage)))
    lines.append(str(msg("Points to look at: {count}", count=review.attention)))
    return lines


def markdown(review: Review, event_name: EventName) -> str:
    """Return a report that is printed and signed."""
    lines = [
        f"# {translate('Quarterly review of the audit log')}",
        "",
        *(f"* {markdown_text(s)}" for s in head_lines(review)),
    ]
    for number, section in enumerate(review.sections, 1):
        lines += ["", f"## {number}. {section.title}", ""]
        if section.note:
            lines += [markdown_text(str(section.note)), ""]
        lines += _table(section, event_name)
    lines += ["", f"## {translate('Conclusion')}", "", "…", "", *signature_lines()]
    return "\n".join(lines) + "\n"


def text_rows(section: Section, event_name: EventName) -> Iterator[list[str]]:
    """Yield the rows as people read them, the longest lists cut."""
    for row in section.rows[:MOST_ROWS]:
        yield [_word(cell, event_name) for cell in row]


def rest_of(section: Section) -> Msg | None:
    """Return how many rows are not shown; None when all are."""
    rest = len(section.rows) - MOST_ROWS
    return msg("… and {count} more.", count=rest) if rest > 0 else None


def day(value: date) -> str:
    """Return a day as people write it."""
    return value.strftime("%d/%m/%Y")


def _table(section: Section, event_name: EventName) -> Iterator[str]:
    if not section.rows:
        if not section.note:
            yield translate("None.")
        return
    yield f"| {' | '.join(str(title) for _, title in section.columns)} |"
    yield "|" + "---|" * len(section.columns)
    for row in text_rows(section, event_name):
        yield f"| {' | '.join(markdown_text(cell) for cell in row)} |"
    rest = rest_of(section)
    if rest:
        yield ""
        yield str(rest)


def _word(cell: Cell, event_name: EventName) -> str:
    if isinstance(cell, datetime):
        return shown(cell)
    return event_name(cell) if isinstance(cell, EventWord) else str(cell)


def _plain(cell: Cell) -> str | int:
    if isinstance(cell, datetime):
        return cell.isoformat()
    return cell if isinstance(cell, int) else str(cell)
