"""The written procedures of whoever runs the system: information security, operation, backup and recovery (J7).

Each is a Markdown document with a version, its date and the day of its next review in its front matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from congtin import strict_yaml
from congtin.catalogue.front_matter import NoFrontMatter, split
from congtin.errors import Problem, Severity
from congtin.messages import msg
from congtin.network.options import Decision, Words
from congtin.rules.reading import Reader
from congtin.validation import Day, StrictModel, problems_of


class Procedure(StrictModel):
    """The front matter of a procedure."""

    title: Words
    version: Words
    date: Day
    """The day of this version."""
    review_by: Day
    """The last day of the next review."""
    decision: Decision | None = None
    """The document by which an authority put it into force; a template has none."""

    @property
    def issued(self) -> bool:
        """Tell whether an authority has put it into force."""
        return self.decision is not None and self.decision.number is not None


@dataclass(frozen=True)
class Procedures:
    """Those that were read, by path, and what is wrong with them or the others."""

    found: dict[str, Procedure]
    problems: tuple[Problem, ...]

    @property
    def overdue(self) -> tuple[Problem, ...]:
        """What a person must do about them."""
        return tuple(problem for problem in self.problems if problem.code == "procedure-overdue")


def read_procedures(reader: Reader, paths: Iterable[str], today: date) -> Procedures:
    """Read the procedures that must be there; what is missing, unreadable, overdue or not in force is a Problem."""
    found: dict[str, Procedure] = {}
    problems: list[Problem] = []
    for path in paths:
        procedure = _read(reader, path, problems)
        if procedure is not None:
            found[path] = procedure
            problems += _due(path, procedure, today)
    return Procedures(found, tuple(problems))


def _read(reader: Reader, path: str, problems: list[Problem]) -> Procedure | None:
    data = reader.read(path)
    hint = msg("Write it, with title, version, date and review_by in its front matter (J7).")
    if data is None:
        problems.append(Problem("no-procedure", msg("The procedure is missing."), path, 0, hint, Severity.WARNING))
        return None
    try:
        front = split(data.decode("utf-8"))[0]
        return Procedure.model_validate(strict_yaml.load(front))
    except (NoFrontMatter, UnicodeDecodeError, strict_yaml.YamlProblem):
        text = msg("The procedure has no front matter that can be read.")
        problems.append(Problem("bad-procedure", text, path, 1, hint, Severity.WARNING))
    except ValidationError as error:
        problems += problems_of(
            error, lambda where: (path, strict_yaml.line_of(front, where) + 1), list(Procedure.model_fields)
        )
    return None


def _due(path: str, procedure: Procedure, today: date) -> Iterator[Problem]:
    if procedure.review_by < today:
        text = msg("The procedure’s review was due on {day}.", day=procedure.review_by.isoformat())
        hint = msg("Review it, raise its version, and enter the next day.")
        yield Problem("procedure-overdue", text, path, 0, hint, Severity.WARNING)
    if not procedure.issued:
        text = msg("No authority has put the procedure into force yet.")
        hint = msg("Have it issued and enter the document: decision: {{number, date, issuer}}.")
        yield Problem("procedure-not-issued", text, path, 0, hint, Severity.WARNING)
