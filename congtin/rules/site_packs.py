"""Which of the packs a Site names hold on a day, and what is wrong with naming them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from congtin.errors import Problem, did_you_mean
from congtin.messages import msg
from congtin.rules.pack_rules import Rule, Way
from congtin.rules.packs import FOLDER, PackFields, RuleBook, RulePack, day_of


def in_force(book: RuleBook, names: Sequence[str], at: datetime) -> list[RulePack]:
    """Return the named packs that hold at a time, the most general first; unknown names are left out."""
    named = [book.packs[name] for name in dict.fromkeys(names) if name in book.packs]
    active = [pack for pack in named if pack.in_force(day_of(at))]
    return sorted(active, key=lambda pack: (pack.fields.specificity, pack.id))


def pack_problems(
    book: RuleBook, names: Sequence[str], at: datetime, path: str = "", line: int = 0
) -> Iterator[Problem]:
    """Yield what is wrong with the packs a Site names; ``path`` and ``line`` say where it names them."""
    active = in_force(book, names, at)
    for name in dict.fromkeys(names):
        pack = book.packs.get(name)
        if pack is None:
            text = msg("There is no rule pack “{pack}” in {folder}/.", pack=name, folder=FOLDER)
            yield Problem("unknown-pack", text, path, line, did_you_mean(name, book.packs))
        # A Site may name a regulation's old pack and its next one: their dates decide.
        elif not any(other.fields.regulation == pack.fields.regulation for other in active):
            text = msg("The rule pack “{pack}” is not in force on {day}.", pack=name, day=day_of(at).isoformat())
            hint = msg(
                "Name the pack that is in force then, or mend “valid_from” and “valid_to” in {path}.", path=pack.path
            )
            yield Problem("pack-not-in-force", text, path or pack.path, line or pack.line("valid_from"), hint)
    for field in PackFields.model_fields:
        yield from _contradictions(active, field)
    for number, pack in enumerate(active):
        for other in active[:number]:
            yield from _step_contradictions(other, pack)


def kind_problems(book: RuleBook, kinds: Collection[str]) -> Iterator[Problem]:
    """Yield kinds that packs name and the Network has not: a rule for a misspelt kind would hold for nothing."""
    for pack in book.packs.values():
        for where, rule in pack.rules():
            for number, kind in enumerate(getattr(rule, "kinds", ())):
                if kind not in {*kinds, *_OF_REGULATIONS}:
                    text = msg("There is no kind “{kind}”.", kind=kind)
                    line = pack.line(*where, "kinds", number)
                    yield Problem("unknown-kind", text, pack.path, line, did_you_mean(kind, [*kinds, *_OF_REGULATIONS]))


# Regulations speak of these whether a theme has them or not.
_OF_REGULATIONS = ("dialogue", "question")


def _contradictions(active: Sequence[RulePack], field: str) -> Iterator[Problem]:
    """Yield where the most specific packs answer a question that has one answer differently."""
    asked = [pack for pack in active if _way(getattr(pack.fields, field)) is Way.MOST_SPECIFIC]
    deciding = [pack for pack in asked if pack.fields.specificity == asked[-1].fields.specificity]
    for pack in deciding[1:]:
        if _substance(getattr(pack.fields, field)) != _substance(getattr(deciding[0].fields, field)):
            text = msg(
                "The packs “{pack}” and “{other}” contradict each other in “{field}”, and neither is more specific.",
                pack=pack.id,
                other=deciding[0].id,
                field=field,
            )
            hint = msg("Give the pack that is to decide a higher “specificity”.")
            yield Problem("contradicting-packs", text, pack.path, pack.line(field), hint)


def _step_contradictions(one: RulePack, other: RulePack) -> Iterator[Problem]:
    """Yield the steps of approval (E23) that two packs give to different roles."""
    roles = {step.id: set(step.roles) for rule in one.fields.approvals for step in rule.steps}
    for number, rule in enumerate(other.fields.approvals):
        for place, step in enumerate(rule.steps):
            if roles.get(step.id, set(step.roles)) != set(step.roles):
                text = msg("The step “{step}” has other roles in the pack “{other}”.", step=step.id, other=one.id)
                line = other.line("approvals", number, "steps", place)
                yield Problem("contradicting-packs", text, other.path, line)


def _way(value: Any) -> Way | None:
    first = value[0] if isinstance(value, list) and value else value
    return first.way if isinstance(first, Rule) else None


def _substance(value: Any) -> Any:
    """Return what a rule says without where it stands and how it is worded."""
    if isinstance(value, list):
        return [_substance(entry) for entry in value]
    return value.model_dump(exclude={"source", "status", "derived", "chosen", "note", "label"})
