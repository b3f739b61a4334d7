"""How findings and numbers look on a terminal, in CI, and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from congtin.build.report import BuildReport
from congtin.errors import CongtinError, Problem, Severity
from congtin.messages import msg, translate, translate_count
from congtin.stored_problems import problem_data

if TYPE_CHECKING:
    # Builds show Problems too, and need none of this.
    from congtin.checks.placed import PlacementChange

MOST_PER_CODE = 10
MOST = 60
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}


def severity_name(severity: Severity) -> str:
    """Return the word people read."""
    names = {
        Severity.ERROR: translate("error"),
        Severity.WARNING: translate("warning"),
        Severity.NOTICE: translate("notice"),
    }
    return names[severity]


def show_problems(console: Console, problems: Iterable[Problem]) -> None:
    """Print findings by place; many of one kind are cut short and counted instead."""
    ordered = sorted(problems, key=lambda p: (list(Severity).index(p.severity), p.sort_key()))
    shown: Counter[str] = Counter()
    hidden_by_code: Counter[str] = Counter()
    for problem in ordered:
        if shown[problem.code] < MOST_PER_CODE and shown.total() < MOST:
            shown[problem.code] += 1
            _show(console, problem)
        else:
            hidden_by_code[problem.code] += 1
    for code, hidden in sorted(hidden_by_code.items()):
        console.print(Text(str(msg("… and {count} more of [{code}].", count=hidden, code=code))), soft_wrap=True)


def _show(console: Console, problem: Problem) -> None:
    line = Text()
    if problem.place:
        line.append(f"{problem.place}: ", "bold")
    line.append(severity_name(problem.severity), _STYLES[problem.severity])
    line.append(f": {problem.message} [{problem.code}]")
    console.print(line, soft_wrap=True)
    if problem.hint:
        console.print(Text(f"    {problem.hint}", "dim"), soft_wrap=True)


def show_placements(console: Console, changes: Iterable[PlacementChange]) -> None:
    """Print where Items appear, vanish or read otherwise."""
    words = {"gained": translate("appears"), "lost": translate("vanishes"), "altered": translate("changes")}
    ways = {"home": translate("at home"), "rule": translate("by a standing consent"), "pick": translate("picked")}
    for change in changes:
        line = Text(f"{change.path}: ", "bold")
        line.append(f"{change.site} · {words[change.change]} · {ways[change.via]}")
        console.print(line, soft_wrap=True)


def show_summary(console: Console, problems: Iterable[Problem]) -> None:
    """Print how many errors, warnings and notices there are."""
    counts = Counter(problem.severity for problem in problems)
    parts = [
        translate_count("{count} error", "{count} errors", counts[Severity.ERROR]),
        translate_count("{count} warning", "{count} warnings", counts[Severity.WARNING]),
        translate_count("{count} notice", "{count} notices", counts[Severity.NOTICE]),
    ]
    console.print(", ".join(parts))


def show_error(console: Console, error: CongtinError) -> None:
    """Print an error and how to mend it."""
    console.print(Text(f"{translate('error')}: {error.message}", "bold red"), soft_wrap=True)
    if error.hint:
        console.print(Text(f"    {error.hint}", "dim"), soft_wrap=True)


def problems_json(problems: Iterable[Problem]) -> str:
    """Return findings as JSON for tools."""
    return json.dumps([problem_data(problem) for problem in problems], ensure_ascii=False, indent=1)


def show_report(console: Console, report: BuildReport) -> None:
    """Print what a build did."""
    lines = (
        (translate("Sites"), report.sites),
        (translate("Editions"), report.editions),
        (translate("Items"), report.items),
        (translate("Placements"), report.placements),
        (translate("of these, copies"), report.copies),
        (translate("Left out: drafts"), report.drafts),
        (translate("Left out: not yet due"), report.scheduled),
        (translate("Withdrawn"), report.withdrawn),
        (translate("Offers not accepted yet"), report.waiting),
        (translate("Editions skipped: nothing changed"), report.skipped),
        (translate("Pages"), report.pages),
        (translate("Files"), report.files),
        (translate("Pages rendered"), report.rendered),
        (translate("Files changed"), report.changed),
        (translate("Files removed"), report.removed),
    )
    width = max(len(label) for label, _ in lines)
    for label, number in lines:
        console.print(f"  {label:<{width}}  {number:>8,}")
    console.print(f"  {translate('Seconds'):<{width}}  {report.seconds:>8.1f}")


def make_console(*, stderr: bool = False, width: int | None = None) -> Console:
    """Return a console that shows text as it is: names are data, brackets in them are no markup."""
    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


def wide_console() -> Console:
    """Return a console for tables: names are never cut where nobody looks at a screen."""
    console = make_console()
    return console if console.is_terminal else make_console(width=200)
