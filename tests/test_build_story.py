"""An editor writes, the network is built, citizens read: the main job from files to pages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import timedelta

import pytest
from network import NOON, REPOSITORY, article, document, translation

from congtin.errors import BuildError, ProblemsFound

NEWS = "content/ha/portal/tin-tuc/2026"


def test_one_article_appears_everywhere_a_reader_looks(tiny):
    """A new article has a page and stands on home, section, tag, archive, feed and site map."""
    net = tiny(f"-- {NEWS}/cau-moi.vi.md --\n" + article(1, "Cầu mới thông xe", tags="[giao-thong]"))
    report = net.build("ha/portal")
    assert (report.sites, report.editions, report.items, report.placements) == (1, 2, 1, 1)
    assert net.page("ha.gov.vn/tin-tuc/2026/cau-moi/").findtext(".//h1") == "Cầu mới thông xe"
    for place in ("", "tin-tuc/", "chu-de/giao-thong/", "luu-tru/2026/", "luu-tru/2026/10/", "so-do-trang/"):
        assert "Cầu mới thông xe" in net.text(f"ha.gov.vn/{place}"), place
    for feed in ("atom.xml", "rss.xml", "tin-tuc/atom.xml", "tin-tuc/rss.xml"):
        assert "https://ha.gov.vn/tin-tuc/2026/cau-moi/" in net.text(f"ha.gov.vn/{feed}"), feed
    assert "<loc>https://ha.gov.vn/tin-tuc/2026/cau-moi/</loc>" in net.text("ha.gov.vn/sitemap.xml")


def test_every_edition_has_the_pages_a_citizen_expects(tiny):
    """Even a Site without content has home, contact, site map, lists, 404, robots and feeds."""
    net = tiny()
    report = net.build()
    assert (report.sites, report.editions) == (3, 4)
    for root in ("ha.gov.vn", "ha.gov.vn/english", "lim.ha.gov.vn", "mai.ha.gov.vn"):
        for place in ("", "tin-tuc/", "gioi-thieu/", "lien-he/", "so-do-trang/"):
            assert (net.output / root / place / "index.html").is_file(), (root, place)
        for file in ("404.html", "sitemap.xml", "atom.xml", "rss.xml"):
            assert (net.output / root / file).is_file(), (root, file)
    for host in ("ha.gov.vn", "lim.ha.gov.vn"):
        assert "Sitemap: https://" in net.text(f"{host}/robots.txt")
        assert "Contact: mailto:bientap@ha.gov.vn" in net.text(f"{host}/.well-known/security.txt")


def test_the_portals_directory_lists_every_component_site(tiny):
    """The directory covers all component Sites, and each of them links back (A7)."""
    net = tiny()
    net.build()
    links = [a.get("href") for a in net.page("ha.gov.vn/co-quan/").findall(".//main//a[@href]")]
    assert {"https://lim.ha.gov.vn/", "https://mai.ha.gov.vn/"} <= set(links)
    for host in ("lim.ha.gov.vn", "mai.ha.gov.vn"):
        assert 'href="https://ha.gov.vn/"' in net.text(host)


def test_a_second_build_changes_nothing(tiny):
    """Building again writes no file at all."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1))
    first = net.build()
    second = net.build()
    assert first.changed == first.files
    assert (second.changed, second.removed, second.files) == (0, 0, first.files)


def test_an_edit_touches_only_what_shows_it(tiny):
    """Correcting a body rewrites the page, and the text as data; lists show only title and summary."""
    net = tiny(
        f"-- {NEWS}/a.vi.md --\n" + article(1),
        f"-- {NEWS}/b.vi.md --\n" + article(2),
    )
    net.build()
    net.write(f"-- {NEWS}/a.vi.md --\n" + article(1, body="Nội dung đã sửa."))
    assert net.build().changed == 2
    assert "Nội dung đã sửa." in net.text("ha.gov.vn/tin-tuc/2026/a/")


def test_pages_of_a_removed_item_are_removed(tiny):
    """Nothing that was deleted stays behind, and empty folders go too."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1, tags="[giao-thong]"))
    net.build()
    net.remove(f"{NEWS}/a.vi.md")
    report = net.build()
    assert report.removed > 0
    assert not (net.output / "ha.gov.vn/tin-tuc/2026").exists()
    assert not (net.output / "ha.gov.vn/chu-de").exists()


def test_a_removed_site_takes_its_host_with_it(tiny):
    """A Site whose file is gone has no folder in the output after the next build."""
    net = tiny()
    net.build()
    net.remove("sites/ha/mai.yaml")
    net.build()
    assert not (net.output / "mai.ha.gov.vn").exists()
    assert (net.output / "lim.ha.gov.vn/index.html").is_file()


def test_a_broken_file_stops_the_build_and_removes_nothing(tiny):
    """One broken file: clear error, and the page that was there before stays byte for byte."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1), f"-- {NEWS}/b.vi.md --\n" + article(2))
    net.build()
    before = net.files()
    net.put(f"{NEWS}/a.vi.md", "---\ntitle: [\n---\n")
    net.put(f"{NEWS}/b.vi.md", article(2, "Tiêu đề mới"))
    with pytest.raises(ProblemsFound) as found:
        net.build()
    assert [p.place for p in found.value.errors] == [f"{NEWS}/a.vi.md:3"]
    assert net.files() == before


def test_drafts_and_future_items_are_left_out_and_counted(tiny):
    """A draft is never placed; a dated Item appears when the clock reaches its time."""
    net = tiny(
        f"-- {NEWS}/nhap.vi.md --\n" + article(1, draft="true"),
        f"-- {NEWS}/hen-gio.vi.md --\n" + article(2, "Hẹn giờ", date="2026-11-23T07:00:00+07:00"),
    )
    report = net.build()
    assert (report.drafts, report.scheduled, report.placements) == (1, 1, 0)
    net.now = NOON + timedelta(days=1)
    assert net.build().scheduled == 0
    assert "Hẹn giờ" in net.text("ha.gov.vn/")


def test_older_list_pages_keep_their_address_and_content(tiny):
    """Pages are numbered from the oldest: news number 61 leaves trang-1 and trang-2 as they were."""

    def story(number):
        date = f"2026-0{1 + number // 28}-{1 + number % 28:02}T08:00:00+07:00"
        return f"-- {NEWS}/tin-{number}.vi.md --\n" + article(number, f"Tin số {number}", date=date)

    net = tiny(*(story(n) for n in range(60)))
    net.build()
    pages = {n: net.text(f"ha.gov.vn/tin-tuc/trang-{n}/") for n in (1, 2)}
    assert "Tin số 0<" in pages[1] and "Tin số 39<" in pages[2]
    net.write(story(60))
    net.build()
    assert {n: net.text(f"ha.gov.vn/tin-tuc/trang-{n}/") for n in (1, 2)} == pages
    assert "Tin số 60<" in net.text("ha.gov.vn/tin-tuc/")


def test_plain_pelican_writes_the_same_tree(tiny, tmp_path):
    """`SITE=… EDITION_LANG=… pelican -s pelicanconf.py` equals `congtin build` for that Edition."""
    original = article(1, "Cầu mới", tags="[giao-thong]", crosspost="[ha/lim]")
    net = tiny(
        f"-- {NEWS}/cau-moi.vi.md --\n" + original,
        f"-- {NEWS}/cau-moi.en.md --\n" + translation(original, "New bridge"),
        "-- content/ha/portal/van-ban/2026/qd.vi.md --\n" + document(2),
    )
    net.build()
    mine = net.files()
    seen = {}
    for site, lang in (("ha/portal", "vi"), ("ha/portal", "en"), ("ha/lim", "vi"), ("ha/mai", "vi")):
        run = subprocess.run(
            [sys.executable, "-m", "pelican", "-s", "pelicanconf.py", "-o", str(tmp_path / "plain")],
            cwd=net.root,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={
                **os.environ,
                "SITE": site,
                "EDITION_LANG": lang,
                "PYTHONPATH": str(REPOSITORY),
                "CONGTIN_NOW": net.now.isoformat(),
            },
        )
        assert run.returncode == 0, run.stdout + run.stderr
    for file in (tmp_path / "plain").rglob("*"):
        if file.is_file() and ".congtin" not in file.parts:
            seen[file.relative_to(tmp_path / "plain").as_posix()] = file.read_bytes()
    assert seen == mine


def test_plain_pelican_fails_on_a_broken_file(tiny, tmp_path):
    """Pelican by itself skips a broken article and exits 0; an Edition of ours does not."""
    net = tiny(f"-- {NEWS}/a.vi.md --\nno front matter\n")
    run = subprocess.run(
        [sys.executable, "-m", "pelican", "-s", "pelicanconf.py", "-o", str(tmp_path / "plain")],
        cwd=net.root,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={
            **os.environ,
            "SITE": "ha/portal",
            "EDITION_LANG": "vi",
            "PYTHONPATH": str(REPOSITORY),
            "CONGTIN_NOW": "",
            "CONGTIN_LANG": "en",
        },
    )
    assert run.returncode == 1
    assert f"{NEWS}/a.vi.md:1: The file has no front matter." in run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    assert not list((tmp_path / "plain").glob("ha.gov.vn/**/*.html"))


def test_when_one_edition_fails_none_changes(tiny):
    """All Editions are put in place together: a template that fails for one Site leaves every page as it was."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1, crosspost="['ha/*']"))
    net.build()
    before = net.files()
    (net.root / "themes").unlink()
    shutil.copytree(REPOSITORY / "themes", net.root / "themes")
    base = (net.root / "themes/base/templates/base.html").read_text("utf-8")
    net.put("themes/base/templates/base.html", base + "{% if site.id == 'ha/mai' %}{{ 1 // 0 }}{% endif %}")
    net.write(f"-- {NEWS}/a.vi.md --\n" + article(1, "Tiêu đề mới", crosspost="['ha/*']"))
    with pytest.raises(BuildError) as found:
        net.build(workers=2)
    assert "ha/mai@vi" in str(found.value)
    assert net.files() == before
    net.put("themes/base/templates/base.html", base)
    net.build()
    assert "Tiêu đề mới" in net.text("mai.ha.gov.vn/tin-thanh-pho/2026/a/")
