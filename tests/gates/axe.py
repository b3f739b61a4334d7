"""What axe-core finds on an open page: WCAG 2.0 to 2.2, levels A and AA, and best practice.

It is put in through the debugger, so the page's policy stays in force. What axe leaves undecided about contrast,
because it could not tell the colour behind a text, counts as found: pages of offices have no text on pictures.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Any

from network import REPOSITORY
from playwright.sync_api import Page

from gates.found import Finding, short

SOURCE = REPOSITORY / "node_modules/axe-core/axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
LAYOUT = ("color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable")
"""Rules whose answer can differ between looks."""
_UNDECIDED_COUNTS = frozenset({"color-contrast"})
_RUN = """options => axe.run(document, {...options, resultTypes: ["violations", "incomplete"]}).then(r => ({
    violations: r.violations, incomplete: r.incomplete, ran: r.passes.length + r.violations.length}))"""


@functools.cache
def _source() -> str:
    return SOURCE.read_text("utf-8")


def axe_findings(page: Page, where: str, only: Iterable[str] = ()) -> list[Finding]:
    """Return what axe finds on the open page; with ``only``, by these rules alone."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_source())
    rules = list(only)
    options = {"runOnly": {"type": "rule", "values": rules} if rules else {"type": "tag", "values": list(TAGS)}}
    result: dict[str, Any] = page.evaluate(_RUN, options)
    undecided = [rule for rule in result["incomplete"] if rule["id"] in _UNDECIDED_COUNTS]
    return list(_findings(result["violations"] + undecided, where))


def _findings(rules: list[dict[str, Any]], where: str) -> Iterator[Finding]:
    for rule in rules:
        for node in rule["nodes"]:
            mend = short(node.get("failureSummary") or rule["help"], 300)
            yield Finding(where, f"axe {rule['id']}", short(node["html"]), mend)
