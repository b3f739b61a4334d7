"""How the gate's verdict looks on a terminal and as JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from congtin.cli.change_view import role_name
from congtin.cli.show import show_problems
from congtin.editorial.required import TECHNICAL
from congtin.editorial.verdict import NeedState, Verdict
from congtin.messages import msg, translate
from congtin.stored_problems import problem_data

_ORDER = ("head", "deputy", "member", "desk", "editor", "contributor")


def show_verdict(console: Console, verdict: Verdict) -> None:
    """Print which Boards a Change needs, who has approved, who is missing, and why not."""
    for state in verdict.needs:
        mark = Text("[ ] ", "yellow") if state.missing else Text("[x] ", "green")
        console.print(mark.append(_need(state)), soft_wrap=True)
    for ignored in verdict.ignored:
        text = msg("The statement {statement} does not count: {why}", statement=ignored.statement[:12], why=ignored.why)
        console.print(Text(f"    {text}", "dim"), soft_wrap=True)
    show_problems(console, verdict.problems)
    if verdict.passes:
        console.print(Text(translate("Everything is approved: the Change may be merged."), "green"))


def _need(state: NeedState) -> str:
    need = state.need
    body = translate("Technical reviewers") if need.body == TECHNICAL else need.body
    roles = ", ".join(role_name(role) for role in _ORDER if role in need.roles) or "–"
    if state.missing:
        return str(
            msg(
                "{body} ({roles}): {missing} still missing. {because}",
                body=body,
                roles=roles,
                missing=state.missing,
                because=need.because,
            )
        )
    return str(msg("{body} ({roles}): approved. {because}", body=body, roles=roles, because=need.because))


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    """Return the verdict as plain data, without names: persons are in the roster, not here."""
    return {
        "change": verdict.change,
        "digest": verdict.digest,
        "passes": verdict.passes,
        "emergency": verdict.emergency,
        "needs": [
            {
                "body": state.need.body,
                "roles": sorted(state.need.roles),
                "count": state.need.count,
                "missing": state.missing,
                "because": str(state.need.because),
                "sources": list(state.need.sources),
                "approvals": [given.statement for given in state.given],
            }
            for state in verdict.needs
        ],
        "ignored": [{"statement": i.statement, "why": str(i.why)} for i in verdict.ignored],
        "problems": [problem_data(problem) for problem in verdict.problems],
    }
