"""Write one Site as a plain Pelican site, without plugins."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from assets import hashed_assets
from sample import FIXED, TAGS, BenchNetwork, Item
from write_congtin import contact

HERE = Path(__file__).resolve().parent


def write_pelican(network: BenchNetwork, root: Path) -> None:
    """Write the portal of ``network`` below ``root``."""
    shutil.copytree(HERE / "pelican", root, ignore=shutil.ignore_patterns("__pycache__"))
    # Pelican puts the theme's static files into output/theme itself.
    assets = hashed_assets([HERE / "theme" / "static"], root / "named")
    (root / "named" / "theme").rename(root / "theme" / "static")
    (root / "named").rmdir()
    site = network.portal
    data = {
        "title": site.title,
        "url": f"https://{site.host}",
        "contact": contact(site),
        "style": assets["style.css"].address,
        "icon": assets["icon.png"].address,
        "sections": [
            {"id": name, "label": label, "kind": "pages" if name == FIXED else "articles"}
            for name, label in site.sections.items()
        ],
    }
    (root / "site.json").write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    for item in network.items[site.name]:
        _write_item(item, root)


def _write_item(item: Item, root: Path) -> None:
    lines = [
        f"Title: {item.title}",
        f"Date: {item.date.isoformat()}",
        f"Slug: {item.slug}",
        "Author: Ban Biên tập",
        f"Summary: {item.summary}",
    ]
    if not item.is_page:
        lines.append(f"Category: {item.site.sections[item.section]}")
        lines.append(f"Tags: {', '.join(TAGS[tag] for tag in item.tags)}")
    link = f"/{item.related.path()}" if item.related else ""
    folder = root / "content" / "pages" if item.is_page else root / "content" / "articles" / f"{item.date:%Y}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{item.slug}.md").write_text("\n".join([*lines, "", item.body(link)]), "utf-8")
