"""What goes to people on paper or into a spreadsheet: places to sign, words that are no markup and no formula."""

from __future__ import annotations

from datetime import datetime

from congtin.messages import translate
from congtin.model import HANOI_TIME


def signature_lines() -> list[str]:
    """Return the places where people sign, empty, as lines of Markdown."""
    return [
        f"| {translate('Made by')} | {translate('Checked by')} | {translate('Approved by')} |",
        "|---|---|---|",
        f"| {translate('(post, name, date, signature)')} |  |  |",
    ]


def markdown_text(value: str) -> str:
    """Return free words on one line that cannot begin a cell, a tag or code of their own."""
    flat = " ".join(value.split())
    return flat.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "\\`")


def sheet_cell(value: object) -> str:
    """Return a value as the text of a cell; what a spreadsheet would take for a formula is written as text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def shown(at: datetime) -> str:
    """Return a time as people write it, in Hà Nội."""
    return at.astimezone(HANOI_TIME).strftime("%d/%m/%Y %H:%M")
