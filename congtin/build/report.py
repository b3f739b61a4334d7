"""What a build did, for people and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from congtin.errors import Problem, Severity
from congtin.messages import Msg
from congtin.model import Profile
from congtin.stored_problems import problem_data, problems_of_text


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
    built: list[str] = field(default_factory=list)
    """Editions that were not skipped (``hanoi/portal@vi``)."""
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


@dataclass(frozen=True)
class SiteRecord:
    """What a Site has, as the store keeps it between builds."""

    counts: Mapping[str, int]
    """``items``, ``drafts``, ``scheduled``, ``withdrawn``, ``waiting``: of the Items at home there."""
    editions: Mapping[str, Sequence[int]]
    """By language: Placements, copies among them, pages, files."""
    problems: str | None

    def to_text(self) -> str:
        return json.dumps([dict(self.counts), dict(self.editions), self.problems], ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> SiteRecord:
        return cls(*json.loads(text))


def report_of(
    now: datetime,
    profile: Profile,
    wanted: Sequence[tuple[str, str]],
    records: Mapping[str, SiteRecord],
    problems: Iterable[Problem],
    sources: int,
) -> BuildReport:
    """Return the report of a build of ``wanted``, pairs of Site and language, before anything was built."""
    found = {*problems, *(p for record in records.values() for p in problems_of_text(record.problems))}
    editions = [records[site].editions[lang] for site, lang in wanted]
    placements, copies, pages, files = (sum(column) for column in zip(*editions, strict=True)) if editions else [0] * 4
    counts = Counter[str]()
    for record in records.values():
        counts.update(record.counts)
    return BuildReport(
        now=now,
        profile=profile.value,
        sites=len({site for site, _ in wanted}),
        editions=len(wanted),
        sources=sources,
        placements=placements,
        copies=copies,
        pages=pages,
        files=files,
        skipped=len(wanted),
        problems=sorted(found, key=Problem.sort_key),
        items=counts["items"],
        drafts=counts["drafts"],
        scheduled=counts["scheduled"],
        withdrawn=counts["withdrawn"],
        waiting=counts["waiting"],
    )
