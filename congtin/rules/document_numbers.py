"""Numbers and symbols of documents: one pattern per family, from `workflows/document_numbers.yaml` (D4, D5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from congtin import strict_yaml
from congtin.errors import Problem, ProblemsFound
from congtin.messages import msg
from congtin.validation import StrictModel, problems_of

NUMBERS_FILE = "workflows/document_numbers.yaml"


class _Family(StrictModel):
    label: dict[str, str]
    pattern: str
    example: str


class _File(StrictModel):
    families: dict[str, _Family]
    demonstration: str


@dataclass(frozen=True)
class DocumentNumbers:
    """The known families, in the order they are tried."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    examples: tuple[str, ...]
    demonstration: re.Pattern[str]

    def family(self, number: str) -> str | None:
        """Return the family's id, or None for a number outside every family."""
        return next((name for name, pattern in self.patterns if pattern.fullmatch(number)), None)

    def is_demonstration(self, number: str) -> bool:
        return self.demonstration.fullmatch(number) is not None


def number_is_its_year(number: str) -> bool:
    """Tell whether the first number looks like a year: a blank number cut out of ``Số:    /2025/QĐ-UBND``."""
    return re.match(r"(19|20)\d\d/(?!\d{4}/)", number) is not None


def load_document_numbers(root: Path) -> DocumentNumbers:
    """Read the families; raise ProblemsFound when the file is missing or wrong."""
    path = root / NUMBERS_FILE
    try:
        text = path.read_text("utf-8")
        data = _File.model_validate(strict_yaml.load(text))
    except FileNotFoundError as error:
        raise ProblemsFound([Problem("missing-file", msg("The file is missing."), NUMBERS_FILE)]) from error
    except strict_yaml.YamlProblem as error:
        raise ProblemsFound([Problem(error.code, error.message, NUMBERS_FILE, error.line, error.hint)]) from error
    except ValidationError as error:
        fields = list(_File.model_fields)
        found = problems_of(error, lambda where: (NUMBERS_FILE, strict_yaml.line_of(text, where)), fields)
        raise ProblemsFound(found) from error
    return DocumentNumbers(
        tuple((name, re.compile(family.pattern)) for name, family in data.families.items()),
        tuple(family.example for family in data.families.values()),
        re.compile(data.demonstration),
    )
