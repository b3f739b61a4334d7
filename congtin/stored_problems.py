"""Problems as text, in no language yet: what was found once need not be looked for again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from congtin.errors import Problem, Severity
from congtin.messages import Msg


def problems_text(problems: Iterable[Problem]) -> str | None:
    """Return Problems as the store keeps them, in no language yet; nothing for none."""
    found = [
        [p.code, message_data(p.message), p.path, p.line, message_data(p.hint) if p.hint else None, p.severity.value]
        for p in problems
    ]
    return json.dumps(found, ensure_ascii=False) if found else None


def problems_of_text(text: str | None) -> list[Problem]:
    """Return Problems from the store."""
    return [
        Problem(code, message_of(message), path, line, message_of(hint) if hint else None, Severity(severity))
        for code, message, path, line, hint, severity in json.loads(text or "[]")
    ]


def problem_data(problem: Problem) -> dict[str, object]:
    """Return one Problem as plain data for tools, in the language of the moment."""
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "path": problem.path,
        "line": problem.line,
        "message": str(problem.message),
        "hint": str(problem.hint) if problem.hint else "",
    }


def message_data(message: Msg) -> list[object]:
    """Return a message as plain data, in no language yet."""
    return [message.msgid, {name: _value_data(value) for name, value in message.values.items()}]


def _value_data(value: object) -> object:
    if isinstance(value, Msg):
        return {"msg": message_data(value)}
    return value if isinstance(value, str | int | float) else str(value)


def message_of(data: list[Any]) -> Msg:
    """Return a message from its data."""
    values: Mapping[str, Any] = data[1]
    return Msg(data[0], {k: message_of(v["msg"]) if isinstance(v, dict) else v for k, v in values.items()})
