"""What an Edition can be searched for: one line for each Item it shows, for whoever makes indexes of it (H2).

The list stands with what web servers read, not with what readers are sent. Withdrawn Items are not in it, so no index
made of it can show one.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import to_json

from congtin.build.contexts import Contexts
from congtin.build.manifest import SERVER_FOLDER
from congtin.build.plan import PlacedItem
from congtin.catalogue.front_matter import Document
from congtin.languages import html_lang
from congtin.model import HANOI_TIME

SUFFIX = ".search.jsonl"


def searchable_list(contexts: Contexts) -> tuple[str, Sequence[PlacedItem]]:
    """Return the path of an Edition's list below the output root, and the Items in it, oldest first."""
    plan = contexts.plan
    return f"{SERVER_FOLDER}/{plan.edition.host}/{plan.lang.lower()}{SUFFIX}", contexts.outline.live


def searchable(contexts: Contexts, shown: Sequence[PlacedItem]) -> bytes:
    """Return the list: a line about the Edition, then one for each Item; what an Item lacks is left out."""
    lines = [_edition(contexts), *(_item(contexts, placed) for placed in shown)]
    return b"".join(to_json(line) + b"\n" for line in lines)


def _edition(contexts: Contexts) -> dict[str, str]:
    plan = contexts.plan
    return {
        "host": plan.edition.host,
        "lang": plan.lang,
        "name": contexts.views.site.name.text,
        "portal": plan.site.portal_id,
        "root": plan.edition.root_path,
        "site": plan.site.id,
    }


def _item(contexts: Contexts, placed: PlacedItem) -> dict[str, str]:
    """Return the line of an Item.

    The list has all Items and is made anew when one changes: no card is made for it, but for documents, which have
    words of their own there.
    """
    views, facts, placement = contexts.views, placed.item.facts, placed.placement
    card = views.card(placed) if isinstance(facts, Document) else None
    # In the order of their names: this is a file, and equal content shall be equal bytes.
    found = {
        "date": _day(placed),
        "id": facts.id,
        "issuer": card.issuer.text if card else "",
        "lang": html_lang(placement.lang),
        "number": card.number if card else "",
        "path": placement.path,
        "role": placement.role.value,
        "section": views.sections[placement.section].label.text,
        "summary": placed.teaser,
        "title": placed.text("title"),
        "type": (card.document_type.text if card else "") or kind_label(contexts, facts.kind),
    }
    return {name: value for name, value in found.items() if value}


def _day(placed: PlacedItem) -> str:
    """Return the day a reader knows an Item by; a fixed page has none."""
    facts = placed.item.facts
    if facts.kind == "page":
        return ""
    if isinstance(facts, Document):
        return facts.issued.isoformat()
    return facts.date.astimezone(HANOI_TIME).date().isoformat()


def kind_label(contexts: Contexts, kind: str) -> str:
    """Return what readers call Items of a kind: the words of the theme, or those that the kind's folder declares."""
    declared = contexts.plan.kinds.declared.get(kind)
    if declared:
        return contexts.views.local(declared.options.label).text
    own = {
        "article": contexts.gettext("Article"),
        "page": contexts.gettext("Information page"),
        "document": contexts.gettext("Document"),
    }
    return own[kind]
