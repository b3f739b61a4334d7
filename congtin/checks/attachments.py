"""Files beside texts: what can only be looked at, and not read out, needs its text on the page (D1, D3, L3)."""

from __future__ import annotations

from collections.abc import Iterator

from congtin.catalogue.source import Item
from congtin.checks.registry import Repository, check
from congtin.errors import Problem, Severity
from congtin.messages import msg


@check("scanned-files")
def check_scanned_files(repository: Repository) -> Iterator[Problem]:
    """Yield PDFs without text: an error where the page has no text either, else a warning."""
    for item in repository.own_items:
        for media in item.media.values():
            if media.facts is None or media.facts.has_text:
                continue
            text = msg("The PDF is only pictures of pages: nobody can search it or have it read out.")
            if _has_words(item) or item.facts.draft:
                hint = msg("Save it from the program the text was written in, or let a scanner program recognise it.")
                yield Problem("scanned-pdf", text, media.path, 0, hint, Severity.WARNING)
            else:
                hint = msg("Write the full text below the front matter; the scan may stay beside it (D1, L3).")
                yield Problem("scanned-pdf-alone", text, media.path, 0, hint)


def _has_words(item: Item) -> bool:
    return not item.original.body.empty
