"""What an Edition can be searched for: one line for each Item it shows, for whoever makes indexes of it (H2).

The list stands with what web servers read, not with what readers are sent. Withdrawn Items are not in it, so no index
made of it can show one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from congtin.build.contexts import Contexts
from congtin.build.manifest import SERVER_FOLDER
from congtin.build.plan import PlacedItem
from congtin.build.view_types import Card
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
    return "".join(f"{json.dumps(line, ensure_ascii=False, sort_keys=True)}\n" for line in lines).encode()


def _edition(contexts: Contexts) -> dict[str, str]:
    plan = contexts.plan
    return {
        "site": plan.site.id,
        "portal": plan.site.portal_id,
        "name": contexts.views.site.name.text,
        "lang": plan.lang,
        "host": plan.edition.host,
        "root": plan.edition.root_path,
    }


def _item(contexts: Contexts, placed: PlacedItem) -> dict[str, str]:
    card = contexts.views.card(placed)
    facts = {
        "id": card.id,
        "path": placed.placement.path,
        "role": placed.placement.role.value,
        "title": card.title.text,
        "lang": html_lang(placed.placement.lang),
        "summary": card.summary,
        "section": card.section.text,
        "type": card.document_type.text or kind_label(contexts, card.kind),
        "number": card.number,
        "issuer": card.issuer.text,
        "date": _day(card),
    }
    return {name: value for name, value in facts.items() if value}


def _day(card: Card) -> str:
    """Return the day a reader knows an Item by; a fixed page has none."""
    if card.kind == "page":
        return ""
    return (card.issued or card.date.astimezone(HANOI_TIME).date()).isoformat()


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
