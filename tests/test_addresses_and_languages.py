"""Addresses last for ever, and every page says truly which language it is in (A1, A2, A12, B1–B4)."""

from __future__ import annotations

import pytest
from network import article, item_id, translation

from congtin.errors import BuildError, ProblemsFound

NEWS = "content/ha/portal/tin-tuc/2026"
LIM = "-- sites/ha/lim.yaml --\nkind: ward\nname: {vi: Phường Lim}\nshort_name: {vi: Lim}\nlabel: lim\n"


def test_a_moved_item_leaves_a_redirect_in_every_language(tiny):
    """The old address leads to the new one, at home and on copies."""
    original = article(1, aliases="[/tin-tuc/2026/ten-cu/]", crosspost="[ha/lim]")
    net = tiny(
        f"-- {NEWS}/ten-moi.vi.md --\n" + original,
        f"-- {NEWS}/ten-moi.en.md --\n" + translation(original),
    )
    net.build()
    assert "url=https://ha.gov.vn/tin-tuc/2026/ten-moi/" in net.text("ha.gov.vn/tin-tuc/2026/ten-cu/")
    assert "url=https://ha.gov.vn/english/tin-tuc/2026/ten-moi/" in net.text("ha.gov.vn/english/tin-tuc/2026/ten-cu/")
    assert "url=/tin-thanh-pho/2026/ten-moi/" in net.text("lim.ha.gov.vn/tin-thanh-pho/2026/ten-cu/")


def test_an_item_that_moved_to_another_site_is_found_from_its_old_one(tiny):
    """The Site it left says so in its own file: nobody else can claim an address there."""
    moved = f"moved: {{/tin-tuc/2026/cau/: {item_id(1)}}}\n"
    net = tiny(f"-- {NEWS}/cau.vi.md --\n" + article(1), LIM + moved)
    net.build()
    assert "url=https://ha.gov.vn/tin-tuc/2026/cau/" in net.text("lim.ha.gov.vn/tin-tuc/2026/cau/")


def test_losing_an_address_is_refused(tiny):
    """Compared with a revision, every address must still be a page, a redirect or a withdrawal (A12)."""
    net = tiny(
        f"-- {NEWS}/cau.vi.md --\n" + article(1, crosspost="[ha/lim]"),
        f"-- {NEWS}/duong.vi.md --\n" + article(2),
    )
    net.git("init", "-q")
    net.git("add", ".")
    net.git("commit", "-qm", "before")
    assert net.congtin("check", "--base", "HEAD").returncode == 0
    net.remove(f"{NEWS}/duong.vi.md")
    net.write(f"-- {NEWS}/cau-dai.vi.md --\n" + article(1))
    net.remove(f"{NEWS}/cau.vi.md")
    run = net.congtin("check", "--base", "HEAD")
    assert run.returncode == 1
    lost = [line for line in run.stdout.splitlines() if "[lost-address]" in line]
    assert len(lost) == 3
    assert any("https://ha.gov.vn/tin-tuc/2026/duong/" in line for line in lost)
    assert any("https://lim.ha.gov.vn/tin-thanh-pho/2026/cau/" in line for line in lost)
    net.write(
        f"-- {NEWS}/cau-dai.vi.md --\n" + article(1, aliases="[/tin-tuc/2026/cau/]", crosspost_ended="[ha/lim]"),
        f"-- {NEWS}/duong.vi.md --\n" + article(2, withdrawn="{at: 2026-11-01, reason: Nhầm}"),
    )
    run = net.congtin("check", "--base", "HEAD")
    assert run.returncode == 0, run.stdout


def test_language_editions_are_found_by_path_or_by_host(tiny):
    """English is a path in one Portal and a host in another: only data differ (A1, A2)."""
    net = tiny()
    text = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
    net.put("sites/ha/portal.yaml", text.replace("{path: english}", "{host: en.ha.gov.vn}"))
    net.build("ha/portal")
    assert (net.output / "en.ha.gov.vn/index.html").is_file()
    assert not (net.output / "ha.gov.vn/english").exists()
    assert net.page("ha.gov.vn").xpath("//link[@hreflang='en']/@href") == ["https://en.ha.gov.vn/"]


def test_translations_point_to_each_other_and_only_to_each_other(tiny):
    """hreflang is complete and symmetric for an Item with two texts, absent for one with one."""
    original = article(1)
    net = tiny(
        f"-- {NEWS}/hai.vi.md --\n" + original,
        f"-- {NEWS}/hai.en.md --\n" + translation(original),
        f"-- {NEWS}/mot.vi.md --\n" + article(2),
    )
    net.build("ha/portal")
    expected = [
        ("vi", "https://ha.gov.vn/tin-tuc/2026/hai/"),
        ("en", "https://ha.gov.vn/english/tin-tuc/2026/hai/"),
        ("x-default", "https://ha.gov.vn/tin-tuc/2026/hai/"),
    ]
    for place in ("ha.gov.vn", "ha.gov.vn/english"):
        links = net.page(f"{place}/tin-tuc/2026/hai/").xpath("//link[@rel='alternate'][@hreflang]")
        assert [(link.get("hreflang"), link.get("href")) for link in links] == expected
    assert not net.page("ha.gov.vn/tin-tuc/2026/mot/").xpath("//link[@hreflang]")
    assert not (net.output / "ha.gov.vn/english/tin-tuc/2026/mot").exists()


def test_an_original_shown_for_want_of_a_translation_is_marked_as_what_it_is(tiny):
    """show-original: the frame is English, the text is marked Vietnamese and canonical to its own page."""
    net = tiny(f"-- {NEWS}/cau.vi.md --\n" + article(1, "Cầu mới"))
    text = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
    net.put(
        "sites/ha/portal.yaml",
        text.replace("languages: [vi, en]", "languages: [vi, en]\n  fallback: {en: show-original}"),
    )
    net.build("ha/portal")
    page = net.page("ha.gov.vn/english/tin-tuc/2026/cau/")
    assert page.get("lang") == "en"
    assert page.xpath("//article/@lang") == ["vi"]
    assert page.xpath("//link[@rel='canonical']/@href") == ["https://ha.gov.vn/tin-tuc/2026/cau/"]
    card = net.page("ha.gov.vn/english/tin-tuc/").xpath("//main//h2/a[text()='Cầu mới']")[0]
    assert card.get("lang") == "vi"


def test_any_language_tag_can_be_published(tiny):
    """Mường has no catalogue: the interface is Vietnamese and says so, the text is marked mtq (B5)."""
    net = tiny(
        f"{LIM}languages: [vi, mtq]\n",
        "-- content/ha/lim/tin-tuc/2026/x.vi.md --\n" + (original := article(1)),
        "-- content/ha/lim/tin-tuc/2026/x.mtq.md --\n" + translation(original, "Mtq"),
    )
    net.build("ha/lim")
    page = net.page("lim.ha.gov.vn/mtq/tin-tuc/2026/x/")
    assert page.get("lang") == "vi"
    assert page.xpath("//article/@lang") == ["mtq"]
    assert page.xpath("//link[@hreflang='mtq']/@href") == ["https://lim.ha.gov.vn/mtq/tin-tuc/2026/x/"]


def test_a_translation_older_than_its_original_is_listed_and_says_so(tiny):
    """Editing the original makes the translation stale until somebody confirms it (B4)."""
    original = article(1)
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + original, f"-- {NEWS}/a.en.md --\n" + translation(original))
    assert not net.problems()
    net.write(f"-- {NEWS}/a.vi.md --\n" + article(1, body="Khác."))
    (problem,) = net.problems()
    assert (problem.code, problem.severity.value, problem.place) == (
        "stale-translation",
        "warning",
        f"{NEWS}/a.en.md:2",
    )
    net.build("ha/portal")
    assert "The original has changed since this translation was made." in net.text("ha.gov.vn/english/tin-tuc/2026/a/")
    assert f"{NEWS}/a.en.md" in net.congtin("translation", "list", "--stale").stdout
    assert net.congtin("translation", "confirm", f"{NEWS}/a.en.md").returncode == 0
    assert not net.problems()


def test_links_between_items_lead_to_the_readers_own_site_and_language(tiny):
    """`item:` leads to the copy next door where there is one, else home; broken ones are refused."""
    linking = article(1, body=f"Xem [bài kia](item:{item_id(2)}#muc).", crosspost="[ha/lim]")
    net = tiny(
        f"-- {NEWS}/mot.vi.md --\n" + linking,
        f"-- {NEWS}/mot.en.md --\n" + translation(linking, body=f"See [that](item:{item_id(2)})."),
        f"-- {NEWS}/hai.vi.md --\n" + article(2, body="## Mục {#muc}\n\nA.", crosspost="[ha/lim]"),
    )
    net.build()
    assert 'href="/tin-tuc/2026/hai/#muc"' in net.text("ha.gov.vn/tin-tuc/2026/mot/")
    assert 'href="/tin-thanh-pho/2026/hai/#muc"' in net.text("lim.ha.gov.vn/tin-thanh-pho/2026/mot/")
    assert 'href="https://ha.gov.vn/tin-tuc/2026/hai/"' in net.text("ha.gov.vn/english/tin-tuc/2026/mot/")


def test_the_release_profile_refuses_demonstration_data_and_missing_ids(tiny):
    """publishconf: no demo Item, and no Site without EMC id and trust label, reaches citizens (N1, K4)."""
    from congtin.model import Profile

    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1, demo="true"))
    assert {p.code for p in net.problems(Profile.RELEASE)} == {"demonstration", "no-emc", "no-trust-label"}
    with pytest.raises(ProblemsFound):
        net.build(profile=Profile.RELEASE)
    ids = "emc_site_id: '12'\ntrust_label: {domain: ha.gov.vn, slug: ha}\n"
    for site in ("lim", "mai"):
        net.put(f"sites/ha/{site}.yaml", (net.root / f"sites/ha/{site}.yaml").read_text("utf-8") + ids)
    portal = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
    net.put("sites/ha/portal.yaml", portal + "".join(f"  {line}\n" for line in ids.splitlines()))
    net.write(f"-- {NEWS}/a.vi.md --\n" + article(1))
    net.build(profile=Profile.RELEASE)
    assert "noindex" not in net.text("ha.gov.vn/tin-tuc/2026/a/")
    assert "noindex" not in net.text("ha.gov.vn")


def test_two_outputs_of_one_name_are_refused(tmp_path):
    """The sink never lets one page overwrite another, nor leave its folder."""
    from congtin.build.output import OutputSink
    from congtin.model import EditionKey

    sink = OutputSink(tmp_path / "out", tmp_path / "state", EditionKey("ha/portal", "vi"))
    sink.open()
    sink.put("ha.gov.vn/index.html", b"1")
    for name in ("ha.gov.vn/index.html", "../x", "/etc/x", "ha.gov.vn/../../x", "ha.gov.vn/A.html", ""):
        with pytest.raises(BuildError):
            sink.put(name, b"2")
    assert not (tmp_path / "out/ha.gov.vn").exists()


def test_what_moved_away_must_be_published_somewhere(tiny):
    """`moved` names a live Item and a possible address, or it is an error."""
    net = tiny(
        f"-- {NEWS}/cau.vi.md --\n" + article(1, draft="true"), f"{LIM}moved: {{/tin-tuc/2026/cau/: {item_id(1)}}}\n"
    )
    assert [(p.code, p.path) for p in net.errors()] == [("unknown-item", "sites/ha/lim.yaml")]
    net.write(f"-- {NEWS}/cau.vi.md --\n" + article(1), f"{LIM}moved: {{/../x/: {item_id(1)}}}\n")
    assert [(p.code, p.path) for p in net.errors()] == [("wrong-value", "sites/ha/lim.yaml")]


def test_code_that_looks_like_a_link_stays_as_written(tiny):
    """Addresses are resolved in links and pictures, never in the text a reader copies."""
    net = tiny(f"-- {NEWS}/ma.vi.md --\n" + article(1, body='Viết `<a href="tai-lieu/a.html">` như sau.'))
    net.build("ha/portal")
    assert '&lt;a href="tai-lieu/a.html"&gt;' in net.text("ha.gov.vn/tin-tuc/2026/ma/")
