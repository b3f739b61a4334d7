"""Rule packs: one regulation each, as dated data, read from `workflows/rulepacks/*.yaml` of a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from congtin import strict_yaml
from congtin.errors import Problem, ProblemsFound, Severity, did_you_mean
from congtin.messages import Msg, msg
from congtin.model import HANOI_TIME
from congtin.network.options import SITE_FACTS, LocalText, PathPart, Words
from congtin.rules.pack_rules import (
    Approval,
    Attribution,
    Backup,
    Complaints,
    Deadline,
    Quoting,
    RefusalCode,
    RequiredSection,
    Retention,
    Review,
    Rule,
    Separation,
    Status,
    UpdateWindows,
)
from congtin.rules.reading import Reader, read_model
from congtin.validation import Day, StrictModel

FOLDER = "workflows/rulepacks"


class PackFields(StrictModel):
    """The fields of one file; `docs/rule-packs.md` explains each."""

    id: PathPart
    title: LocalText
    cite_as: Words
    """How its articles are cited: “Quy chế Cổng TTĐT Hà Nội 2025”, followed by the article."""
    regulation: PathPart
    """What stays the same when a regulation is replaced by its next version."""
    number: str | None
    issued: Day | None
    issuer: Words
    valid_from: Day | None
    valid_to: Day | None
    specificity: int
    """Of several packs, the one with the highest number is the most specific."""
    status: Status
    approvals: list[Approval] = []
    author_is_not_approver: Separation | None = None
    refusal_codes: list[RefusalCode] = []
    quoting: Quoting | None = None
    complaints: Complaints | None = None
    deadlines: list[Deadline] = []
    required_sections: list[RequiredSection] = []
    update_windows: list[UpdateWindows] = []
    reviews: list[Review] = []
    backup: Backup | None = None
    retention: Retention | None = None
    attribution: Attribution | None = None


@dataclass(frozen=True)
class RulePack:
    """One regulation with the file it was read from."""

    fields: PackFields
    path: str
    text: str

    @property
    def id(self) -> str:
        return self.fields.id

    def in_force(self, day: date) -> bool:
        """Tell whether the pack holds on a day; an end that is blank in the regulation is open."""
        begins, ends = self.fields.valid_from, self.fields.valid_to
        return (begins is None or begins <= day) and (ends is None or day <= ends)

    def cite(self, rule: Rule) -> str:
        """Return where a rule stands, to be shown to people."""
        return f"{self.fields.cite_as}, {rule.source}"

    def status(self, rule: Rule) -> Status:
        return rule.status or self.fields.status

    def line(self, *where: str | int) -> int:
        return strict_yaml.line_of(self.text, where)

    def rules(self) -> Iterator[tuple[tuple[str | int, ...], Rule]]:
        """Yield every rule with its place in the file."""
        for name in PackFields.model_fields:
            value = getattr(self.fields, name)
            if isinstance(value, Rule):
                yield (name,), value
            elif isinstance(value, list):
                yield from (((name, number), rule) for number, rule in enumerate(value))

    def notices(self) -> Iterator[Problem]:
        """Yield what people should know of this pack: blank values, chosen values, rules that are unverified."""
        for name in ("number", "issued", "valid_from"):
            if getattr(self.fields, name) is None:
                yield self._notice("pack-blank", msg("“{field}” is blank in the regulation.", field=name), name)
        for where, rule in self.rules():
            for field in rule.chosen:
                text = msg("“{field}” was chosen; the regulation gives no value.", field=field)
                yield self._notice("pack-chosen", text, *where, field)
            for inner in _blanks(rule):
                text = msg("“{field}” is blank in the regulation.", field=str(inner[-1]))
                yield self._notice("pack-blank", text, *where, *inner)
            if self.status(rule) == "unverified":
                text = msg("The rule rests on a text that is not to hand: {source}.", source=rule.source)
                yield self._notice("pack-unverified", text, *where)

    def _notice(self, code: str, text: Msg, *where: str | int) -> Problem:
        return Problem(code, text, self.path, self.line(*where), severity=Severity.NOTICE)


def _blanks(rule: Rule) -> Iterator[tuple[str | int, ...]]:
    if isinstance(rule, UpdateWindows):
        for number, window in enumerate(rule.windows):
            yield from (("windows", number, name) for name in ("begins", "ends") if getattr(window, name) is None)
    elif isinstance(rule, Review) and rule.months is None:
        yield ("months",)
    elif isinstance(rule, Backup) and rule.times_per_week is None:
        yield ("times_per_week",)
    elif isinstance(rule, Deadline) and rule.before and rule.limit is None:
        yield ("limit",)


def day_of(moment: datetime) -> date:
    """Return the day in Hà Nội."""
    return moment.astimezone(HANOI_TIME).date()


@dataclass(frozen=True)
class RuleBook:
    """All packs of a tree."""

    packs: Mapping[str, RulePack]

    @classmethod
    def load(cls, reader: Reader) -> Self:
        """Read every pack; raise ProblemsFound with all that is wrong, each with file and line."""
        problems: list[Problem] = []
        packs: dict[str, RulePack] = {}
        for path in sorted(reader.paths(FOLDER)):
            name = path.removeprefix(f"{FOLDER}/")
            if "/" in name or not name.endswith(".yaml"):
                problems.append(Problem("path-form", msg("The file has no place here."), path))
                continue
            text, fields, found = read_model(reader, path, PackFields)
            problems += found
            if fields is None:
                continue
            pack = RulePack(fields, path, text)
            problems += _own_problems(pack)
            if (first := packs.setdefault(pack.id, pack)) is not pack:
                problems.append(_twice(pack, pack.id, first.path, "id"))
        problems += _overlaps(list(packs.values()))
        if problems:
            raise ProblemsFound(problems)
        return cls(packs)

    def notices(self) -> Iterator[Problem]:
        """Yield what people should know of the packs, in order of their files."""
        for pack in self.packs.values():
            yield from pack.notices()


def _own_problems(pack: RulePack) -> Iterator[Problem]:
    fields = pack.fields
    if pack.path != f"{FOLDER}/{fields.id}.yaml":
        text = msg("The pack “{pack}” must stand in the file {file}.", pack=fields.id, file=f"{fields.id}.yaml")
        yield Problem("pack-file", text, pack.path, pack.line("id"))
    if fields.valid_from and fields.valid_to and fields.valid_to < fields.valid_from:
        text = msg("The pack ends before it begins.")
        yield Problem("wrong-value", text, pack.path, pack.line("valid_to"))
    for name in ("refusal_codes", "deadlines", "required_sections", "update_windows", "reviews"):
        yield from _twins(pack, getattr(fields, name), name)
    for number, approval in enumerate(fields.approvals):
        yield from _twins(pack, approval.steps, "approvals", number, "steps")
    for number, windows in enumerate(fields.update_windows):
        yield from _twins(pack, windows.windows, "update_windows", number, "windows")
    for number, deadline in enumerate(fields.deadlines):
        yield from _limit_problems(pack, deadline, "deadlines", number)
    yield from _section_problems(pack)
    for where, rule in pack.rules():
        for field in rule.chosen:
            if field not in type(rule).model_fields:
                text = msg("“chosen” names “{field}”, which the rule does not have.", field=field)
                hint = did_you_mean(field, type(rule).model_fields)
                yield Problem("unknown-field", text, pack.path, pack.line(*where, "chosen"), hint)


def _section_problems(pack: RulePack) -> Iterator[Problem]:
    """Yield fields no Site has, and subjects no deadline of the pack has."""
    subjects = {deadline.subject for deadline in pack.fields.deadlines}
    for number, section in enumerate(pack.fields.required_sections):
        place = "required_sections", number
        for name in section.site_fields:
            if name not in SITE_FACTS:
                text = msg("Sites have no field “{field}”.", field=name)
                hint = did_you_mean(name, SITE_FACTS)
                yield Problem("unknown-field", text, pack.path, pack.line(*place), hint)
        for subject in section.subjects:
            if subject not in subjects:
                text = msg("No deadline of the pack has the subject “{subject}”.", subject=subject)
                hint = did_you_mean(subject, subjects)
                yield Problem("unknown-subject", text, pack.path, pack.line(*place), hint)


def _limit_problems(pack: RulePack, deadline: Deadline, *where: str | int) -> Iterator[Problem]:
    if not deadline.counted and (deadline.limit is not None or deadline.before):
        text = msg("The unit “{unit}” goes with neither “limit” nor “before”.", unit=deadline.unit)
        yield Problem("wrong-value", text, pack.path, pack.line(*where, "unit"))
    if deadline.counted and deadline.limit is None and not deadline.before:
        text = msg("The unit “{unit}” needs a “limit”.", unit=deadline.unit)
        yield Problem("wrong-value", text, pack.path, pack.line(*where, "unit"))


def _twins(pack: RulePack, entries: Sequence[Any], *where: str | int) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        if entry.id in seen:
            yield _twice(pack, entry.id, pack.path, *where, number)
        seen.add(entry.id)


def _twice(pack: RulePack, name: str, first: str, *where: str | int) -> Problem:
    text = msg("The id “{id}” is used twice; it stands in {path} already.", id=name, path=first)
    return Problem("duplicate-id", text, pack.path, pack.line(*where))


def _overlaps(packs: Sequence[RulePack]) -> Iterator[Problem]:
    for number, pack in enumerate(packs):
        for other in packs[:number]:
            if pack.fields.regulation == other.fields.regulation and _meet(pack.fields, other.fields):
                text = msg(
                    "The packs “{pack}” and “{other}” hold the same regulation for the same days.",
                    pack=pack.id,
                    other=other.id,
                )
                hint = msg("End the older one with “valid_to”, the day before the newer one begins.")
                yield Problem("overlapping-packs", text, pack.path, pack.line("valid_from"), hint)


def _meet(one: PackFields, other: PackFields) -> bool:
    begins = max(one.valid_from or date.min, other.valid_from or date.min)
    return begins <= min(one.valid_to or date.max, other.valid_to or date.max)
