"""Read a YAML file of policy out of a tree and validate it; every problem has its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol, TypeVar

from pydantic import ValidationError

from congtin import strict_yaml
from congtin.errors import Problem
from congtin.messages import msg
from congtin.validation import StrictModel, problems_of

_Model = TypeVar("_Model", bound=StrictModel)
_SLUG = msg("Use lower-case letters without diacritics, digits and single hyphens.")


class Reader(Protocol):
    """The files of a repository at some moment: a work tree or a commit."""

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file; None where there is none."""

    def paths(self, below: str) -> Iterable[str]:
        """Return the paths of all files below a folder."""


def read_model(reader: Reader, path: str, model: type[_Model]) -> tuple[str, _Model | None, list[Problem]]:
    """Return (text, the validated file or None, problems with lines)."""
    data = reader.read(path)
    if data is None:
        return "", None, [Problem("missing-file", msg("The file is missing."), path)]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return "", None, [Problem("not-utf8", msg("The file is not UTF-8 text."), path, line)]
    try:
        raw = strict_yaml.load(text)
        if not isinstance(raw, dict):
            return text, None, [Problem("wrong-value", msg("The file must hold keys and values."), path, 1)]
        return text, model.model_validate(raw), []
    except strict_yaml.YamlProblem as error:
        return text, None, [Problem(error.code, error.message, path, error.line, error.hint)]
    except ValidationError as error:
        known = list(model.model_fields)
        found = problems_of(error, lambda where: (path, strict_yaml.line_of(text, where)), known)
        named = zip(found, error.errors(include_url=False), strict=True)
        # The general hint of a field “id” speaks of Items.
        return text, None, [replace(p, hint=p.hint and _SLUG) if e["loc"][-1:] == ("id",) else p for p, e in named]
