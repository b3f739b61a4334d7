"""Write a network as a Côngtin repository."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import yaml
from sample import FIXED, KINDS, PARENT_HOST, PORTAL_COPIES, PORTAL_FOLDER, TAGS, BenchNetwork, Item, Site

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
BENCH_THEME = HERE / "theme"
SHIPPED_THEME = REPOSITORY / "themes" / "base"


def write_congtin(network: BenchNetwork, root: Path, theme: Path = BENCH_THEME) -> None:
    """Write `sites/`, `content/`, rules, plugins and a theme below ``root``."""
    _write_frame(root, theme)
    _write_sites(network, root)
    revisions = {}
    for items in network.items.values():
        for item in items:
            revisions[item.id] = _write_item(item, root)
    _write_picks(network, root, revisions)


def _write_frame(root: Path, theme: Path) -> None:
    root.mkdir(parents=True)
    (root / "plugins").symlink_to(REPOSITORY / "plugins")
    shutil.copytree(REPOSITORY / "workflows", root / "workflows")
    shutil.copytree(theme, root / "themes" / "base")
    (root / "sites" / PORTAL_FOLDER).mkdir(parents=True)
    shutil.copy(REPOSITORY / "sites" / "_defaults.yaml", root / "sites")
    (root / ".gitignore").write_text("/output/\n/.congtin/\n__pycache__/\n", "utf-8")


def _write_yaml(file: Path, data: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000), "utf-8")


def _write_sites(network: BenchNetwork, root: Path) -> None:
    sites = root / "sites"
    vocabulary: dict[str, object] = {"tags": {tag: {"vi": label} for tag, label in TAGS.items()}}
    for terms in ("document_types", "document_fields"):
        vocabulary[terms] = {"khac": {"vi": "Khác"}}
    _write_yaml(sites / "_vocabulary.yaml", vocabulary)
    rules = [{"from": site.id, "into": PORTAL_COPIES} for site in network.components if not site.picks]
    portal = {
        "portal": {
            "name": {"vi": "Thành phố Mẫu"},
            "parent_host": PARENT_HOST,
        },
        "defaults": {
            "accepts": [{"from": "portal", "into": "tin-thanh-pho"}],
        },
        "site": {**_site_data(network.portal), "accepts": rules},
    }
    _write_yaml(sites / PORTAL_FOLDER / "portal.yaml", portal)
    for site in network.components:
        _write_yaml(sites / PORTAL_FOLDER / f"{site.name}.yaml", {**_site_data(site), "label": site.name})


def _site_data(site: Site) -> dict[str, object]:
    sections = {name: {"label": {"vi": label}} for name, label in site.sections.items()}
    sections[FIXED] = {**sections[FIXED], "kind": "pages"}  # type: ignore[dict-item]
    return {
        "kind": site.kind,
        "name": {"vi": site.title},
        "contact": contact(site),
        "sections": sections,
    }


def contact(site: Site) -> dict[str, str]:
    """Return how to reach a Site's board; the rest is missing, as it often is."""
    return {"address": f"Số 1 phố Mẫu, {site.title}", "email": f"banbientap@{site.host}"}


def _write_item(item: Item, root: Path) -> str:
    """Write an Item's Source and return its blob id."""
    lines = [
        f"id: {item.id}",
        f"kind: {'page' if item.is_page else 'article'}",
        f"title: {item.title}",
        f"summary: {item.summary}",
        f"date: {item.date.isoformat()}",
        "author: Ban Biên tập",
    ]
    if item.tags:
        lines.append(f"tags: [{', '.join(item.tags)}]")
    if item.offers:
        lines.append(f"crosspost: [{', '.join(site.id for site in item.offers)}]")
    if item.is_page:
        lines.append(f"order: {item.number}")
    link = f"item:{item.related.id}" if item.related else ""
    data = "\n".join(["---", *lines, "---", item.body(link)]).encode("utf-8")
    file = root / source_path(item)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def source_path(item: Item) -> str:
    """Return where an Item's Source lies, from the repository's root."""
    return f"content/{item.site.id}/{item.section}/{item.date.year}/{item.slug}.vi.md"


def _write_picks(network: BenchNetwork, root: Path, revisions: dict[str, str]) -> None:
    folder = root / "sites" / network.portal.id / "picks"
    for copy in network.copies[network.portal.name]:
        item = copy.item
        if item.site.picks:
            sources = {source_path(item): revisions[item.id]}
            _write_yaml(folder / f"{item.id}.yaml", {"item": item.id, "into": copy.section, "sources": sources})


def directory(network: BenchNetwork) -> list[dict[str, object]]:
    """Return the component Sites by kind, as the portal's directory shows them."""
    return [
        {
            "kind": kind,
            "label": label,
            "sites": [{"name": s.title, "url": f"https://{s.host}/"} for s in network.components if s.kind == kind],
        }
        for kind, label in KINDS.items()
        if any(site.kind == kind for site in network.components)
    ]
