"""Write the same network as Hugo sites: one for each Site, copies as files of their own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from assets import Asset, hashed_assets
from sample import COMPONENT_COPIES, FIXED, PARENT_HOST, PORTAL_COPIES, TAGS, BenchNetwork, Item, Site
from write_congtin import BENCH_THEME, contact, directory

HERE = Path(__file__).resolve().parent
THEME = "hugo-theme"
SINGLE_PAGES = {"lien-he": ("Liên hệ", "contact"), "so-do-trang": ("Sơ đồ trang", "site-map")}


def write_hugo(network: BenchNetwork, root: Path, theme: Path = BENCH_THEME) -> None:
    """Write one folder for each host below ``root``/hugo, and the theme beside it that says what ``theme`` says."""
    shutil.copytree(HERE / "hugo-theme", root / THEME)
    if theme != BENCH_THEME:
        shutil.copytree(HERE / "hugo-shipped", root / THEME, dirs_exist_ok=True)
    assets = hashed_assets([theme / "static", theme / "emblem.svg"], root / THEME / "static")
    for site in network.sites:
        folder = root / "hugo" / site.host
        _write_site(network, site, folder, assets, theme)
        for item in network.items[site.name]:
            write_item(item, item.section, site, folder)
        for copy in network.copies[site.name]:
            write_item(copy.item, copy.section, site, folder)


def _write_site(network: BenchNetwork, site: Site, folder: Path, assets: dict[str, Asset], theme: Path) -> None:
    folder.mkdir(parents=True)
    config = {
        **_settings(theme),
        "baseURL": f"https://{site.host}/",
        "title": site.title,
        "params": _params(network, site, assets),
    }
    (folder / "hugo.json").write_text(json.dumps(config, ensure_ascii=False, indent=1), "utf-8")
    for section, label in site.sections.items():
        more = ["holds: pages", "outputs: [html]"] if section == FIXED else []
        _write(folder / "content" / section / "_index.md", [f"title: {label}", *more])
    pages = dict(SINGLE_PAGES)
    if site.is_portal:
        pages["co-quan"] = ("Sở, ngành, phường, xã", "directory")
    for name, (title, layout) in pages.items():
        _write(folder / "content" / f"{name}.md", [f"title: {title}", f"layout: {layout}"])
    _write_terms(network, site, folder)
    _write_security(site, folder)


def _settings(theme: Path) -> dict[str, object]:
    """Return what hugo.json says whatever the site; the shipped theme has feeds as JSON too."""
    found: dict[str, object] = json.loads((HERE / "hugo-theme" / "site.json").read_text("utf-8"))
    if theme != BENCH_THEME:
        found |= json.loads((HERE / "hugo-shipped" / "site.json").read_text("utf-8"))
    return found


def _params(network: BenchNetwork, site: Site, assets: dict[str, Asset]) -> dict[str, object]:
    params: dict[str, object] = {
        "demonstration": True,
        "parent_host": PARENT_HOST,
        "style": assets["style.css"].address,
        "icon": assets["icon.png"].address,
        "assets": {name: asset.address for name, asset in assets.items()},
        "integrity": {name: asset.integrity for name, asset in assets.items()},
        "contact": contact(site),
        "sections": [
            {"id": name, "label": label, "kind": "pages" if name == FIXED else "articles"}
            for name, label in site.sections.items()
        ],
        "article_sections": [name for name in site.sections if name != FIXED],
    }
    portal = network.portal
    if site.is_portal:
        params |= {"is_portal": True, "directory": directory(network), "site_count": len(network.components)}
    else:
        params["portal"] = {"name": portal.title, "url": f"https://{portal.host}/", "contact": contact(portal)}
    return params


def _write_terms(network: BenchNetwork, site: Site, folder: Path) -> None:
    """Write the titles of tags and archives; only of those in use, else Hugo would write empty pages."""
    items = [*network.items[site.name], *(copy.item for copy in network.copies[site.name])]
    items = [item for item in items if not item.is_page]
    _write(folder / "content" / "chu-de" / "_index.md", ["title: Chủ đề"])
    for tag in sorted({tag for item in items for tag in item.tags}):
        _write(folder / "content" / "chu-de" / tag / "_index.md", [f"title: {TAGS[tag]}"])
    _write(folder / "content" / "luu-tru" / "_index.md", ["title: Lưu trữ"])
    for year, month in sorted({(item.date.year, item.date.month) for item in items}):
        _write(folder / "content" / "luu-tru" / f"{year}" / "_index.md", [f'title: "{year}"'])
        title = f"title: tháng {month} năm {year}"
        _write(folder / "content" / "luu-tru" / f"{year}-{month:02d}" / "_index.md", [title])


def _write_security(site: Site, folder: Path) -> None:
    file = folder / "static" / ".well-known" / "security.txt"
    file.parent.mkdir(parents=True)
    file.write_text(
        f"Contact: mailto:{contact(site)['email']}\nExpires: 2027-07-01T00:00:00Z\nPreferred-Languages: vi\n"
        f"Canonical: https://{site.host}/.well-known/security.txt\n",
        "utf-8",
    )


def write_item(item: Item, section: str, site: Site, folder: Path) -> Path:
    """Write an Item into a section of a site below ``folder``; return its file."""
    lines = [
        f"title: {item.title}",
        f"summary: {item.summary}",
        f"date: {item.date.isoformat()}",
        f"item: {item.id}",
        "author: Ban Biên tập",
    ]
    if item.is_page:
        lines += ["fixed: true", f"weight: {item.number}"]
    else:
        lines.append(f"luu-tru: ['{item.date:%Y}', '{item.date:%Y-%m}']")
    if item.tags:
        lines.append(f"chu-de: [{', '.join(item.tags)}]")
    if section in (PORTAL_COPIES, COMPONENT_COPIES):
        lines += [f"canonical: {item.url}", f"origin: {item.site.title}"]
    file = folder / "content" / f"{item.path(section).rstrip('/')}.md"
    _write(file, lines, item.body(_link(item, site)))
    return file


def _link(item: Item, site: Site) -> str:
    if not item.related:
        return ""
    return f"/{item.related.path()}" if item.site.name == site.name else item.related.url


def _write(file: Path, lines: list[str], body: str = "") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(["---", *lines, "---", body]), "utf-8")
