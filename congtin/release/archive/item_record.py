"""What an archive says of one Item: who issued it, when it was shown and withdrawn, what approved it (J1, D1–D5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from congtin.catalogue.front_matter import Document, Translation
from congtin.catalogue.kind_models import KindItem
from congtin.catalogue.source import Item
from congtin.model import Edition, Placement
from congtin.network.network import Site
from congtin.release.archive.retention import Retention
from congtin.release.archive.trail import Trail
from congtin.release.paper import sheet_cell

COLUMNS = (
    "id", "kind", "site", "section", "title", "number", "type", "issuer", "signatory", "signatory_post", "issued",
    "effective", "expires", "published", "updated", "withdrawn", "withdrawal_reason", "withdrawal_document", "author",
    "board", "board_decision", "responsible_post", "languages", "changes", "approvers_of_last_change", "policy",
    "retention", "retention_source", "folder", "files",
)  # fmt: skip


def item_data(item: Item, site: Site, retention: Retention, trail: Trail) -> dict[str, Any]:
    """Return the facts of an Item as JSON can hold them; its files are added by whoever writes them."""
    facts, options = item.facts, site.options
    paths = list(item.blobs())
    return {
        "format": 1,
        "id": item.id,
        "kind": item.kind,
        "site": item.site,
        "site_name": site.name,
        "section": item.section,
        "title": facts.title,
        "teaser": facts.teaser,
        "languages": {source.lang: _language(source.front.title, source.front) for source in item.sources()},
        "document": _document(facts) if isinstance(facts, Document) else None,
        "fields": _fields(facts) if isinstance(facts, KindItem) else None,
        "published": facts.date.isoformat(),
        "updated": _moment(facts.updated),
        "change_note": facts.change_note,
        "withdrawn": facts.withdrawn.model_dump(mode="json") if facts.withdrawn else None,
        "author": facts.author,
        "source": facts.source.model_dump(mode="json") if facts.source else None,
        "tags": list(facts.tags),
        "demonstration": facts.demo,
        "former_addresses": list(facts.aliases),
        "board": options.board,
        "board_decision": options.board_decision.model_dump(mode="json") if options.board_decision else None,
        "responsible_post": options.responsible_post,
        "owning_authority": options.owning_authority,
        "retention": retention.data(),
        "approvals": [step.data() for step in trail.of(paths)],
        "from_the_beginning": trail.founded(paths),
    }


def _language(title: str, front: object) -> dict[str, object]:
    translated = front.translated_from if isinstance(front, Translation) else None
    return {"title": title, "original": translated is None, "translated_from": translated}


def _document(facts: Document) -> dict[str, object]:
    names = (
        "number", "number_exception", "type", "issuer", "signatory", "signatory_post", "issued", "effective", "expires",
        "abstract", "field", "recipients", "replaces", "replaced_by", "attachments",
    )  # fmt: skip
    return facts.model_dump(mode="json", include=set(names))


def _fields(facts: KindItem) -> dict[str, object]:
    return facts.model_dump(mode="json", by_alias=True, include=set(facts.declared.options.fields), exclude_none=True)


def placement_data(placement: Placement, edition: Edition) -> dict[str, object]:
    """Return where an Item stands in one Edition."""
    return {
        "site": edition.key.site,
        "lang": edition.lang,
        "role": placement.role.value,
        "shown_in": placement.lang,
        "url": f"{edition.base_url}{placement.path}",
    }


def row_of(data: Mapping[str, Any], folder: str, files: int) -> dict[str, str]:
    """Return an Item as a row of the list; what a spreadsheet would take for a formula is written as text."""
    document, withdrawn = data["document"] or {}, data["withdrawn"] or {}
    steps: Sequence[Mapping[str, Any]] = data["approvals"]
    decision = data["board_decision"] or {}
    values = {
        **{name: data[name] for name in ("id", "kind", "site", "section", "title", "published", "updated", "author")},
        **{name: data[name] for name in ("board", "responsible_post")},
        **{name: document.get(name) for name in COLUMNS if name in document},
        "withdrawn": withdrawn.get("at"),
        "withdrawal_reason": withdrawn.get("reason"),
        "withdrawal_document": withdrawn.get("document"),
        "board_decision": decision.get("number"),
        "languages": " ".join(data["languages"]),
        "changes": " ".join(step["change"] for step in steps),
        "approvers_of_last_change": steps[-1]["approvers"] if steps else "",
        "policy": data["retention"]["policy"],
        "retention": data["retention"]["term"],
        "retention_source": data["retention"]["source"],
        "folder": folder,
        "files": files,
    }
    return {name: sheet_cell(values.get(name)) for name in COLUMNS}


def paths_of(item: Item) -> Iterable[tuple[str, str]]:
    """Yield (path in the repository, path in the Item's folder) of every file of an Item."""
    for path in item.blobs():
        yield path, f"source/{path.removeprefix(f'{item.original.where.folder}/')}"


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
