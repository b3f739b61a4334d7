"""What `congtin check --overdue` shows: the fixed pages that are to be looked over again (C14)."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
from rich.table import Table

from congtin.checks.fixed_pages import DuePage
from congtin.cli.show import wide_console
from congtin.messages import translate, translate_count


def show_due_pages(pages: Sequence[DuePage], form: str) -> None:
    """Print one line for each page, as a table or as JSON."""
    if form == "json":
        click.echo(json.dumps([_row(page) for page in pages], ensure_ascii=False, indent=1))
        return
    table = Table(translate("Page"), translate("Title"), translate("To be reviewed by"), translate("Days overdue"))
    for page in pages:
        day = page.review_by.isoformat() if page.review_by else translate("no day named")
        table.add_row(page.item.path, page.item.facts.title, day, str(page.days) if page.days else "–")
    wide_console().print(table)
    click.echo(translate_count("{count} page is to be reviewed.", "{count} pages are to be reviewed.", len(pages)))


def _row(page: DuePage) -> dict[str, object]:
    return {
        "id": page.item.id,
        "site": page.item.site,
        "path": page.item.path,
        "title": page.item.facts.title,
        "state": "overdue" if page.days else "no-review-date",
        "review_by": page.review_by.isoformat() if page.review_by else None,
        "days_overdue": page.days,
        "source": page.source or None,
    }
