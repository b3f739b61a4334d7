"""What the checks found, as plain data for tools: the form is stable, see docs/checks.md."""

from __future__ import annotations

from dataclasses import asdict

from congtin.checks.change import ChangeView
from congtin.errors import Severity
from congtin.stored_problems import problem_data

FORMAT = 1


def change_data(view: ChangeView, base: str) -> dict[str, object]:
    """Return what was found of a Change since the revision ``base``, to be attached to it (E25)."""
    severities = [problem.severity for problem in view.problems]
    return {
        "format": FORMAT,
        "base": base,
        "now": view.after.now.isoformat(),
        "counts": {severity.value: severities.count(severity) for severity in Severity},
        "problems": [problem_data(problem) for problem in view.problems],
        "placements": [asdict(change) for change in view.placed],
    }
