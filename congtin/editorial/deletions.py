"""What was published is kept; what goes needs a document's number (J6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from congtin.catalogue.source import Item
from congtin.checks.change import ChangeView
from congtin.editorial.repository import Difference
from congtin.editorial.statements import Statement
from congtin.errors import Problem
from congtin.layout import CONTENT
from congtin.messages import msg


def deletion_problems(
    view: ChangeView, differences: Sequence[Difference], submission: Statement | None
) -> Iterator[Problem]:
    """Yield files of published Items that vanish without a document that orders it.

    A published Item itself cannot be deleted: it is withdrawn, and its address says so (A12). A file that moves with
    its Item is not deleted: the Item still has that language, or the same bytes are elsewhere.
    """
    published = {
        path
        for item in view.before.catalogue.items.values()
        if not item.facts.draft and item.facts.date <= view.before.now
        for path in item.blobs().keys() - _moved(item, view.after.catalogue.items.get(item.id))
    }
    kept = {difference.new for difference in differences if not difference.deleted}
    gone = [d for d in differences if d.deleted and d.path.startswith(f"{CONTENT}/") and d.old not in kept]
    lost = [d.path for d in gone if d.path in published]
    number = submission.document if submission else None
    if lost and not number:
        hint = msg("Name it: congtin change submit --document NUMBER")
        for path in lost:
            yield Problem(
                "deletion", msg("Deleting a published file needs a document that orders it (J6)."), path, 0, hint
            )
    elif number and view.after.numbers.family(number) is None:
        hint = msg("Write it as it stands on the document: 123/QĐ-UBND.")
        yield Problem("bad-number", msg("“{number}” is no document number.", number=number), "", 0, hint)


def _moved(item: Item, after: Item | None) -> frozenset[str]:
    """Return the texts of an Item that it has after the Change too, wherever: a move gives them an alias."""
    return frozenset(source.path for source in item.sources() if after and after.source(source.lang))
