"""What protecting main means on every forge, and how it is told what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from congtin.editorial.forges.models import NotFound, Refused
from congtin.errors import Problem
from congtin.messages import Msg, msg

CODE = "forge-protection"


@dataclass(frozen=True)
class Wish:
    """A value that must stand at a place of the forge's answer."""

    place: tuple[str, ...]
    value: object


def finding(text: Msg, hint: Msg | None = None) -> Problem:
    """Return a gap in the protection."""
    return Problem(CODE, text, hint=hint)


def attempt(act: Callable[[], object], what: Msg) -> list[Problem]:
    """Do one part of the protection; a forge that has no such thing is a finding, not the end of the others."""
    try:
        act()
    except (NotFound, Refused) as error:
        return [finding(msg("Not set: {what}. {detail}", what=what, detail=error.message), error.hint)]
    return []


def unmet(answer: Any, wishes: Iterable[Wish], what: Msg) -> list[Problem]:
    """Return a finding for every wish the forge's answer does not show; what it does not show is not set."""
    problems = []
    for wish in wishes:
        value = answer
        for step in wish.place:
            value = value.get(step) if isinstance(value, dict) else None
        if value != wish.value:
            text = msg(
                "{what}: {place} is {found}, not {wanted}.",
                what=what,
                place=".".join(wish.place),
                found=value,
                wanted=wish.value,
            )
            problems.append(finding(text))
    return problems
