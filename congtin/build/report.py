"""What a build did, for people and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime

from congtin.errors import Problem, Severity
from congtin.messages import Msg


@dataclass
class BuildReport:
    """Counts of one build; every number comes from what was read and written."""

    now: datetime
    profile: str
    sites: int = 0
    editions: int = 0
    sources: int = 0
    items: int = 0
    placements: int = 0
    copies: int = 0
    drafts: int = 0
    scheduled: int = 0
    withdrawn: int = 0
    waiting: int = 0
    skipped: int = 0
    pages: int = 0
    files: int = 0
    rendered: int = 0
    """Pages that went through a template in this build."""
    changed: int = 0
    removed: int = 0
    seconds: float = 0.0
    problems: list[Problem] = field(default_factory=list)
    store: Msg | None = None
    """Why the store was made anew, if it was."""

    def count(self, severity: Severity) -> int:
        return sum(1 for problem in self.problems if problem.severity is severity)

    def to_json(self) -> str:
        """Return the report as JSON; problems with their texts in the user's language."""
        data = asdict(self)
        data["now"] = self.now.isoformat()
        data["store"] = str(self.store) if self.store else ""
        data["problems"] = [problem_data(problem) for problem in self.problems]
        return json.dumps(data, ensure_ascii=False, indent=1)


def problem_data(problem: Problem) -> dict[str, object]:
    """Return one Problem as plain data."""
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "path": problem.path,
        "line": problem.line,
        "message": str(problem.message),
        "hint": str(problem.hint) if problem.hint else "",
    }
