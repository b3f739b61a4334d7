"""Brands: which look reaches which Sites, and what no brand may do."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from network import NOON, REPOSITORY, TinyNetwork, article

from congtin.build.pipeline import build
from congtin.build.request import BuildRequest
from congtin.errors import ProblemsFound

ARTICLE = "-- content/{0}/portal/tin-tuc/2026/mot.vi.md --\n"
OTHER_CITY = """\
-- sites/hb/portal.yaml --
portal: {name: {vi: Thành phố Hb}, parent_host: hb.gov.vn, brand: sen}
defaults: {sections: {tin-tuc: {label: {vi: Tin tức}}}}
site: {kind: portal, name: {vi: Cổng Hb}, languages: [vi], sections: {tin-tuc: {label: {vi: Tin tức}}}}
-- sites/hb/lua.yaml --
kind: ward
name: {vi: Phường Lúa}
short_name: {vi: Lúa}
label: lua
"""
SEN = """\
colours:
  light: {accent: "#7a1250", head: "#5c0d3c"}
footer: {vi: "Lời của thương hiệu Sen."}
"""


@pytest.fixture
def cities(tiny) -> TinyNetwork:
    """Two cities: one as the base theme is, one with a brand of its own."""
    net: TinyNetwork = tiny(ARTICLE.format("ha") + article(1), OTHER_CITY, ARTICLE.format("hb") + article(2))
    (net.root / "themes").unlink()
    shutil.copytree(REPOSITORY / "themes/base", net.root / "themes/base")
    net.put("themes/sen/brand.yaml", SEN)
    return net


def style(net: TinyNetwork, host: str) -> str:
    """Return the style sheet that a host's home page asks for."""
    (address,) = net.page(f"{host}/index.html").xpath("//link[@rel='stylesheet']/@href")
    return (net.output / host / address.lstrip("/")).read_text("utf-8")


def problems(net: TinyNetwork) -> list[tuple[str, str, int]]:
    """Build what cannot be built; return code, file and line of what was said."""
    with pytest.raises(ProblemsFound) as found:
        net.build()
    assert not (net.output.exists() and net.files())
    return [(problem.code, problem.path, problem.line) for problem in found.value.problems]


def test_a_brand_reaches_all_sites_of_its_portal_and_no_other(cities):
    """Colours, emblem and words of one city's Board are on its own pages only (A8, L22)."""
    cities.put(
        "themes/sen/emblem.svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8"/></svg>'
    )
    cities.build()
    for host in ("hb.gov.vn", "lua.hb.gov.vn"):
        assert "--accent: #7a1250" in style(cities, host)
        assert "Lời của thương hiệu Sen." in cities.text(f"{host}/index.html")
    for host in ("ha.gov.vn", "lim.ha.gov.vn"):
        assert "#7a1250" not in style(cities, host)
        assert "Sen" not in cities.text(f"{host}/index.html")
    emblems = {
        host: cities.page(f"{host}/index.html").xpath("//p[@class='agency']//img/@src")
        for host in ("ha.gov.vn", "hb.gov.vn")
    }
    assert emblems["ha.gov.vn"] != emblems["hb.gov.vn"]


def test_a_new_colour_changes_the_pages_of_its_portal_only_and_equals_a_clean_build(cities, tmp_path):
    """An edit of a brand reaches every page of its Sites, as if all had been built anew; others keep theirs."""
    cities.build()
    before = cities.files()
    cities.put("themes/sen/brand.yaml", SEN.replace("#7a1250", "#123f7a"))
    cities.build()
    after = cities.files()
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    own = {name for name in after if name.split("/")[0].endswith("hb.gov.vn")}
    assert {name for name in changed if name.endswith(".html")} == {name for name in own if name.endswith(".html")}
    assert not [name for name in changed if name.split("/")[0].endswith("ha.gov.vn")]
    clean = tmp_path / "clean"
    build(BuildRequest(cities.root, clean, tmp_path / "state", NOON, workers=1))
    assert {f.relative_to(clean).as_posix(): f.read_bytes() for f in clean.rglob("*") if f.is_file()} == after


def test_a_site_asks_for_one_style_sheet_and_it_names_only_files_that_are_there(cities):
    """The brand's colours are no second request; fonts stand under names with their digest."""
    cities.build()
    sheet = style(cities, "hb.gov.vn")
    fonts = re.findall(r'url\("([^"]+)"\)', sheet)
    assert len(fonts) == 2
    for font in fonts:
        assert re.fullmatch(r"noto-sans-[47]00\.[0-9a-f]{10}\.woff2", font)
        assert (cities.output / "hb.gov.vn/theme" / font).is_file()
    preloaded = cities.page("hb.gov.vn/index.html").xpath("//link[@rel='preload']/@href")
    assert preloaded == [f"/theme/{font}" for font in fonts]


BAD_BRANDS = {
    "pale": ('colours:\n  light:\n    accent: "#d08080"\n', "low-contrast", 3),
    "pale for those who ask for more": ('colours:\n  light-contrast:\n    accent: "#a04848"\n', "low-contrast", 3),
    "dark on dark": ('colours:\n  dark:\n    paper: "#777777"\n', "low-contrast", 3),
    "unknown colour": ('colours:\n  light:\n    acent: "#7a1250"\n', "wrong-value", 3),
    "a rule in place of a colour": (
        'colours:\n  light:\n    accent: "red; } body { display: none"\n',
        "wrong-value",
        3,
    ),
    "unknown field": ("colors: {}\n", "unknown-field", 1),
    "no YAML": ("colours: [\n", "yaml", 2),
}


@pytest.mark.parametrize("case", BAD_BRANDS)
def test_a_brand_that_cannot_be_read_or_seen_stops_the_build(cities, case):
    """File and line are named; nothing is built (WCAG 1.4.3, 1.4.6, 1.4.11)."""
    text, code, line = BAD_BRANDS[case]
    cities.put("themes/sen/brand.yaml", text)
    found = problems(cities)
    assert {(path, at) for _, path, at in found} == {("themes/sen/brand.yaml", line)}
    assert {name for name, _, _ in found} == {code} or (code == "yaml" and "yaml" in found[0][0])


BAD_EMBLEMS = {
    "script": "<script>alert(1)</script>",
    "handler": '<path d="M0 0" onload="x()"/>',
    "address": '<image href="https://example.com/a.png"/>',
    "style": '<path d="M0 0" style="fill:red"/>',
    "picture of elsewhere": '<path d="M0 0" fill="url(https://example.com/a)"/>',
    "not closed": "<g>",
}


@pytest.mark.parametrize("case", BAD_EMBLEMS)
def test_an_emblem_is_made_of_shapes_only(cities, case):
    """No script, no address, no style gets onto every page of a city by way of its emblem (K5)."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">\n{BAD_EMBLEMS[case]}\n</svg>'
    cities.put("themes/sen/emblem.svg", svg)
    assert {(code, path) for code, path, _ in problems(cities)} == {("bad-drawing", "themes/sen/emblem.svg")}


def test_a_brand_brings_no_templates(cities):
    """One engine, one theme: a city's Board decides about colours, not about what pages are made of (A8)."""
    cities.put("themes/sen/templates/base.html", "x")
    assert problems(cities) == [("brand-file", "themes/sen/templates/base.html", 0)]


def test_a_brand_that_is_not_there_is_told_where_it_is_asked_for(cities):
    """The line in portal.yaml, and what may have been meant."""
    shutil.move(cities.root / "themes/sen", cities.root / "themes/senn")
    assert problems(cities) == [("unknown-brand", "sites/hb/portal.yaml", 1)]
    told = cities.congtin("check", lang="vi")
    assert told.returncode == 1
    assert "Không có bộ nhận diện “sen”" in told.stdout
    assert "senn" in told.stdout


def test_a_style_sheet_asks_for_the_themes_own_files_only(cities):
    """An address of another host, or a file that is not there, stops the build with its line."""
    sheet = cities.root / "themes/base/static/style.css"
    text = sheet.read_text("utf-8")
    for address in ("https://example.com/a.woff2", "noto-sans-900.woff2"):
        sheet.write_text(f"{text}\nbody {{ background: url({address}); }}\n", "utf-8")
        assert problems(cities) == [("theme-asset", "themes/base/static/style.css", text.count("\n") + 2)]


def test_the_real_cities_have_brands_of_their_own_and_drawings_of_nobody():
    """Three Portals, three folders; the emblems are plain shapes in a circle."""
    for city in ("hanoi", "haiphong", "hungyen"):
        folder: Path = REPOSITORY / "themes" / city
        assert sorted(file.name for file in folder.iterdir()) == ["brand.yaml", "emblem.svg"]
        assert f"brand: {city}\n" in (REPOSITORY / "sites" / city / "portal.yaml").read_text("utf-8")
