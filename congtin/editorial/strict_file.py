"""One YAML file made a model: what is wrong with it is told with its line, never half read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import ValidationError

from congtin import strict_yaml
from congtin.errors import Problem
from congtin.messages import Msg, msg
from congtin.network.cascade import File
from congtin.network.texts import text_problems
from congtin.validation import StrictModel, problems_of

M = TypeVar("M", bound=StrictModel)


@dataclass(frozen=True)
class Entry(Generic[M]):
    """A model and the file it was read from."""

    file: File
    model: M

    def problem(self, code: str, where: list[str | int], message: Msg, hint: Msg | None = None) -> Problem:
        """Return an error at a field of the file."""
        return Problem(code, message, self.file.path, self.file.line(where), hint)


def read_entry(path: str, data: bytes, model: type[M], problems: list[Problem]) -> Entry[M] | None:
    """Return the model a file holds; None when it cannot be one, and then ``problems`` says why."""
    file = _read(path, data, problems)
    if file is None:
        return None
    found = list(text_problems(file))
    if not found:
        try:
            return Entry(file, model.model_validate(file.data))
        except ValidationError as error:
            known = [info.alias or name for name, info in model.model_fields.items()]
            found = list(problems_of(error, lambda where: (file.path, file.line(where)), known))
    problems += found
    return None


def _read(path: str, data: bytes, problems: list[Problem]) -> File | None:
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
        read = strict_yaml.load(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = msg("Save the file as UTF-8 (Unicode).")
        problems.append(Problem("not-utf8", msg("The file is not UTF-8 text."), path, line, hint))
        return None
    except strict_yaml.YamlProblem as error:
        problems.append(Problem(error.code, error.message, path, error.line, error.hint))
        return None
    if not isinstance(read, dict):
        problems.append(Problem("wrong-value", msg("The file must hold keys and values."), path, 1))
        return None
    return File(path, text, read)
