"""What an audit writes: its numbers into docs/audit.md, and the data that accessibility statements show."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from datetime import date
from pathlib import Path

from audit_parts import Result

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "audit.md"
DATA = ROOT / "themes" / "base" / "templates" / "_audit.html"
BEGIN, END = "<!-- last audit -->", "<!-- end of last audit -->"


def write(done: list[Result], seed: int, today: date) -> list[Path]:
    """Write what held into the document and the data; return which files."""
    facts = dict(pair for result in done for pair in result.facts)
    head = [("Date", today.isoformat()), ("Commit", commit()), ("Seed", str(seed))]
    rows = [f"| {name} | {value} |" for name, value in [*head, *facts.items()]]
    section = "\n".join([BEGIN, "", "| | |", "|---|---|", *rows, "", *held_back(done), "", END])
    text = DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: section, text, flags=re.DOTALL), "utf-8")
    opened = facts["Pages opened in Chromium"].partition(" of ")[0].replace(",", "")
    data = {
        "date": f'"{today.isoformat()}"',
        "commit": f'"{commit()}"',
        "pages": facts["Pages, all looked at as files"].replace(",", ""),
        "opened": opened,
        "findings": "0",
    }
    # The first line says who writes the file; the rest is what templates read.
    first = DATA.read_text("utf-8").partition("\n")[0]
    lines = [f"{{% set audit_{name} = {value} %}}" for name, value in data.items()]
    DATA.write_text("\n".join([first, *lines]) + "\n", "utf-8")
    return [DOCUMENT, DATA]


def held_back(done: list[Result]) -> list[str]:
    """Return a table of what keeps pages below 100 in Lighthouse."""
    rows: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for result in done:
        for page in result.scores:
            for held in page.held:
                value = f"{held.value}".strip() or f"{held.score:.2f}"
                rows[held.category, held.audit, held.title].append(f"{result.templates[page.url]} ({value})")
    if not rows:
        return ["Nothing holds a page below 100."]
    table = ["| category | audit | pages |", "|---|---|---|"]
    for (category, audit, title), pages in sorted(rows.items()):
        table.append(f"| {category} | {audit}: {title} | {', '.join(pages)} |")
    return table


def commit() -> str:
    """Return the revision that was judged."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty=, with changes not committed"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
