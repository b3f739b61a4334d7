"""From pydantic's findings to Problems: a line, a plain sentence, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from congtin.errors import Problem, did_you_mean
from congtin.languages import is_language_tag
from congtin.messages import Msg, msg
from congtin.model import HANOI_TIME

# Beyond these years lie slips of the keyboard, and times that overflow when they change their offset.
_YEARS = range(1900, 2200)
# What text that people read must hold at least: one character that shows.
VISIBLE = r"\S"


class StrictModel(BaseModel):
    """Base of everything read from YAML: no unknown keys, no silent conversion, no change afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


def parse_time(value: object) -> datetime:
    """Return a time with zone; a bare date means 00:00 in Asia/Ho_Chi_Minh."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("not_time", "not a time")
    try:
        if len(value) == len("2026-01-01"):
            moment = datetime.combine(date.fromisoformat(value), time(), HANOI_TIME)
        else:
            moment = datetime.fromisoformat(value)
        _require_year(moment)
    except ValueError as error:
        raise PydanticCustomError("impossible_time", "impossible: {detail}", {"detail": str(error)}) from error
    if moment.tzinfo is None:
        raise PydanticCustomError("no_offset", "no offset")
    return moment


def _require_year(day: date) -> None:
    if day.year not in _YEARS:
        raise ValueError(f"the year {day.year}")


def parse_date(value: object) -> date:
    """Return a calendar date written ``yyyy-mm-dd``."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("not_date", "not a date")
    try:
        day = date.fromisoformat(value)
        _require_year(day)
    except ValueError as error:
        raise PydanticCustomError("impossible_date", "impossible: {detail}", {"detail": str(error)}) from error
    return day


def _language_tag(value: str) -> str:
    if not is_language_tag(value):
        raise PydanticCustomError("bad_language", "bad language")
    return value


def _https(value: str) -> str:
    try:
        host = urlsplit(value).hostname
    except ValueError:
        host = None
    if not host or not value.startswith(("https://", "http://")) or any(c.isspace() for c in value):
        raise PydanticCustomError("bad_url", "bad url")
    return value


Moment = Annotated[datetime, BeforeValidator(parse_time)]
Day = Annotated[date, BeforeValidator(parse_date)]
LanguageTag = Annotated[str, AfterValidator(_language_tag)]
Url = Annotated[str, AfterValidator(_https)]

_MESSAGES: dict[str, Callable[[str, dict[str, Any]], Msg]] = {
    "missing": lambda f, c: msg("The field “{field}” is missing.", field=f),
    "string_type": lambda f, c: msg("“{field}” must be text; put numbers in quotation marks.", field=f),
    "bool_type": lambda f, c: msg("“{field}” must be true or false.", field=f),
    "int_type": lambda f, c: msg("“{field}” must be a whole number.", field=f),
    "list_type": lambda f, c: msg("“{field}” must be a list.", field=f),
    "none_required": lambda f, c: msg("“{field}” does not belong here.", field=f),
    "tuple_type": lambda f, c: msg("“{field}” must be a list.", field=f),
    "dict_type": lambda f, c: msg("“{field}” must hold keys and values.", field=f),
    "model_type": lambda f, c: msg("“{field}” must hold keys and values.", field=f),
    "string_too_long": lambda f, c: msg(
        "“{field}” is too long: at most {most} characters.", field=f, most=c.get("max_length")
    ),
    "string_too_short": lambda f, c: msg("“{field}” must not be empty.", field=f),
    "string_pattern_mismatch": lambda f, c: msg("“{field}” does not have the right form.", field=f),
    "blank": lambda f, c: msg("“{field}” must not be empty.", field=f),
    "enum": lambda f, c: msg("“{field}” must be one of: {words}.", field=f, words=", ".join(_choices(c))),
    "literal_error": lambda f, c: msg("“{field}” must be one of: {words}.", field=f, words=", ".join(_choices(c))),
    "impossible_time": lambda f, c: msg("“{field}” is not a possible date or time.", field=f),
    "impossible_date": lambda f, c: msg("“{field}” is not a possible date or time.", field=f),
    "too_short": lambda f, c: msg("“{field}” must not be empty.", field=f),
    "too_long": lambda f, c: msg("“{field}” is too long: at most {most} entries.", field=f, most=c.get("max_length")),
    "not_time": lambda f, c: msg("“{field}” must be a date or time.", field=f),
    "not_date": lambda f, c: msg("“{field}” must be a date.", field=f),
    "no_offset": lambda f, c: msg("“{field}” needs the offset from UTC, as in +07:00.", field=f),
    "bad_language": lambda f, c: msg("“{field}” is not a language tag such as vi, en or mtq.", field=f),
    "bad_url": lambda f, c: msg("“{field}” must be an address that begins with https://.", field=f),
    "bad_form": lambda f, c: msg("“{field}” does not have the right form.", field=f),
}


def _choices(context: dict[str, Any]) -> list[str]:
    return re.findall("'([^']+)'", str(context.get("expected", "")))


_TIME_HINT = msg("Write 2026-10-05T08:30:00+07:00, or 2026-10-05 for the start of that day.")
_HINTS: dict[str, Msg] = {
    "impossible_time": _TIME_HINT,
    "not_time": _TIME_HINT,
    "no_offset": _TIME_HINT,
    "impossible_date": msg("Write 2026-10-05."),
    "not_date": msg("Write 2026-10-05."),
    "bool_type": msg("Write true or false, without quotation marks."),
    "list_type": msg("Write [first, second], or each entry on a line of its own after “- ”."),
}
_BRACKETS = msg("Text that begins with a bracket needs quotation marks.")
# How the fields that have a form of their own are written.
_FORM_HINTS: dict[str, Msg] = {
    "id": msg("`congtin new` writes it: 12 of the characters 23456789abcdefghjkmnpqrstvwxyz."),
    "aliases": msg("Write the old address from its first slash to its last: /tin-tuc/2026/ten-cu/."),
    "translated_from": msg("`congtin translation confirm` writes it: the 40 characters of the original’s revision."),
    "replaces": msg("Write the other document’s id, not its number."),
    "replaced_by": msg("Write the other document’s id, not its number."),
    "link": msg("Write item:<id>, or the whole address of a page of the network."),
    "host": msg("Write the full host, such as hoankiem.hanoi.gov.vn."),
    **dict.fromkeys(
        ("label", "sections", "into", "path", "tags", "document_types", "document_fields"),
        msg("Use lower-case letters without diacritics, digits and single hyphens."),
    ),
    "summary": msg("A document has “abstract” in its place."),
}


Locate = Callable[[Sequence[str | int]], tuple[str, int]]


def problems_of(error: ValidationError, locate: Locate, known_fields: Sequence[str]) -> Iterator[Problem]:
    """Yield one Problem for each finding of pydantic; ``locate`` gives file and line of a field."""
    for detail in error.errors(include_url=False):
        yield _problem(detail, locate, known_fields)


def _problem(detail: ErrorDetails, locate: Locate, known_fields: Sequence[str]) -> Problem:
    where = tuple(step for step in detail["loc"] if step != "[key]")
    path, line = locate(where)
    field = _field_name(where)
    kind = detail["type"]
    context = detail.get("ctx", {})
    if context.get("pattern") == VISIBLE:
        kind = "blank"
    if detail["input"] is None and kind != "missing":
        return Problem("missing-field", msg("The field “{field}” is empty.", field=field), path, line)
    if kind == "extra_forbidden":
        known = known_fields if len(where) == 1 else []
        return Problem(
            "unknown-field",
            msg("The field “{field}” is not known here.", field=field),
            path,
            line,
            did_you_mean(str(where[-1]), known),
        )
    if kind == "string_type" and isinstance(detail["input"], list | dict):
        return Problem("wrong-value", msg("“{field}” must be text, not a list.", field=field), path, line, _BRACKETS)
    make = _MESSAGES.get(kind)
    text = make(field, context) if make else msg("“{field}” is not valid: {detail}.", field=field, detail=detail["msg"])
    code = "missing-field" if kind == "missing" else "wrong-value"
    return Problem(code, text, path, line, _hint(kind, where, detail))


def _field_name(where: Sequence[str | int]) -> str:
    """Return the name of a field as people write it: the second of ``tags`` is ``tags[2]``."""
    steps = [f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in where]
    return "".join(steps).removeprefix(".") or "?"


def _hint(kind: str, where: Sequence[str | int], detail: ErrorDetails) -> Msg | None:
    if kind in {"enum", "literal_error"}:
        return did_you_mean(str(detail["input"]), _choices(detail.get("ctx", {})))
    names = [step for step in where if isinstance(step, str)]
    if kind in {"string_pattern_mismatch", "bad_form", "none_required"} and names:
        return next((_FORM_HINTS[name] for name in reversed(names) if name in _FORM_HINTS), None)
    return _HINTS.get(kind)
