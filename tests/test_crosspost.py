"""Copies between Sites: the origin offers, the target decides, corrections and withdrawals follow (F1–F6)."""

from __future__ import annotations

import pytest
from drawn import png
from network import article, item_id, translation

from congtin.errors import ProblemsFound

NEWS = "content/ha/portal/tin-tuc/2026"
LIM = "content/ha/lim/tin-tuc/2026"
LIM_SITE = "-- sites/ha/lim.yaml --\nkind: ward\nname: {vi: Phường Lim}\nshort_name: {vi: Lim}\nlabel: lim\n"


def codes(problems):
    return [(p.code, p.path) for p in problems]


def test_a_portal_article_appears_on_the_sites_it_names_that_accept_it(tiny):
    """Offered to all wards and accepted by rule: the ward has a copy, the commune has none (F2)."""
    net = tiny(f"-- {NEWS}/cau.vi.md --\n" + article(1, "Cầu mới", crosspost="['ha/*:ward']"))
    assert net.build().copies == 1
    assert "Cầu mới" in net.text("lim.ha.gov.vn/tin-thanh-pho/2026/cau/")
    assert not (net.output / "mai.ha.gov.vn/tin-thanh-pho/2026").exists()


def test_a_copy_says_where_it_comes_from(tiny):
    """The copy carries author, agency, time, a link to the origin and rel=canonical (F6)."""
    net = tiny(f"-- {NEWS}/cau.vi.md --\n" + article(1, crosspost="[ha/lim]", author="Tổ biên tập"))
    net.build()
    page = net.page("lim.ha.gov.vn/tin-thanh-pho/2026/cau/")
    home = "https://ha.gov.vn/tin-tuc/2026/cau/"
    assert page.xpath("//link[@rel='canonical']/@href") == [home]
    assert page.xpath("//p[contains(@class,'origin')]/a/@href") == [home]
    meta = page.xpath("string(//article//p[contains(@class,'meta')])")
    assert "Tổ biên tập" in meta and "Cổng Ha" in meta and "08:30" in meta
    assert not page.xpath("//link[@hreflang and @rel='alternate']")


def test_a_correction_reaches_every_copy_in_the_same_build(tiny):
    """What is corrected at home is corrected everywhere at once (F5)."""
    net = tiny(f"-- {NEWS}/cau.vi.md --\n" + article(1, body="Dài 200 m.", crosspost="['ha/*']"))
    net.build()
    net.write(f"-- {NEWS}/cau.vi.md --\n" + article(1, body="Dài 210 m.", crosspost="['ha/*']"))
    # The three pages, and the text as data at its home.
    assert net.build().changed == 4
    for place in ("ha.gov.vn/tin-tuc", "lim.ha.gov.vn/tin-thanh-pho", "mai.ha.gov.vn/tin-thanh-pho"):
        assert "Dài 210 m." in net.text(f"{place}/2026/cau/")


def test_a_withdrawal_reaches_every_copy_and_leaves_a_page_saying_so(tiny):
    """A withdrawn Item is gone from lists; its addresses say why and stand in the 410 lists (J6)."""
    gone = "{at: 2026-11-01, reason: Sai số liệu, document: 12/TB-UBND}"
    net = tiny(f"-- {NEWS}/cau.vi.md --\n" + article(1, "Cầu mới", crosspost="[ha/lim]", withdrawn=gone))
    assert net.build().withdrawn == 1
    for host, path in (("ha.gov.vn", "tin-tuc/2026/cau/"), ("lim.ha.gov.vn", "tin-thanh-pho/2026/cau/")):
        page = net.text(f"{host}/{path}")
        assert "Sai số liệu" in page and "12/TB-UBND" in page and "Nội dung." not in page
        assert net.text(f".server/{host}/vi.gone.txt") == f"/{path}\n"
        for place in ("", path.split("/")[0] + "/", "atom.xml", "sitemap.xml"):
            assert "/cau/" not in net.text(f"{host}/{place}"), (host, place)


def test_an_item_nobody_accepted_is_published_at_home_and_listed_as_waiting(tiny):
    """A ward offers an article to the portal: until the portal's Board picks it, it stays at home (F1)."""
    net = tiny(f"-- {LIM}/hoi.vi.md --\n" + article(1, "Hội làng", crosspost="[ha/portal]"))
    report = net.build()
    assert (report.waiting, report.copies) == (1, 0)
    assert [(p.code, p.severity.value) for p in report.problems] == [("not-accepted", "notice")]
    assert "Hội làng" in net.text("lim.ha.gov.vn/tin-tuc/2026/hoi/")


def test_a_pick_is_consent_to_exactly_these_bytes(tiny):
    """Picked: the copy appears. Edited afterwards: an error until the portal picks it again."""
    net = tiny(f"-- {LIM}/hoi.vi.md --\n" + article(1, "Hội làng", crosspost="[ha/portal]"))
    run = net.congtin("site", "pick", "ha/portal", item_id(1), "--into", "tu-co-so")
    assert run.returncode == 0, run.stderr
    assert net.build().copies == 1
    assert "Hội làng" in net.text("ha.gov.vn/tu-co-so/2026/hoi/")
    net.write(f"-- {LIM}/hoi.vi.md --\n" + article(1, "Hội làng Lim", crosspost="[ha/portal]"))
    assert codes(net.errors()) == [("pick-outdated", f"sites/ha/portal/picks/{item_id(1)}.yaml")]
    assert net.congtin("site", "pick", "ha/portal", item_id(1)).returncode == 0
    net.build()
    assert "Hội làng Lim" in net.text("ha.gov.vn/tu-co-so/2026/hoi/")


def test_a_pick_of_an_item_that_is_not_offered_is_refused(tiny):
    """Nobody takes what the origin did not offer."""
    net = tiny(f"-- {LIM}/hoi.vi.md --\n" + article(1))
    run = net.congtin("site", "pick", "ha/portal", item_id(1), "--into", "tu-co-so")
    assert run.returncode == 2
    assert "is not offered to ha/portal" in run.stderr


def test_rules_can_ask_for_a_tag(tiny):
    """A rule with tags takes only Items that carry one of them."""
    net = tiny(
        "-- sites/ha/mai.yaml --\nkind: commune\nname: {vi: Xã Mai}\nshort_name: {vi: Mai}\nlabel: mai\n"
        "accepts:\n  - {from: portal, tags: [moi-truong], into: tin-thanh-pho}\n",
        f"-- {NEWS}/cau.vi.md --\n" + article(1, crosspost="['ha/*']", tags="[giao-thong]"),
        f"-- {NEWS}/rac.vi.md --\n" + article(2, crosspost="['ha/*']", tags="[moi-truong]"),
    )
    net.build()
    assert not (net.output / "mai.ha.gov.vn/tin-thanh-pho/2026/cau").exists()
    assert (net.output / "mai.ha.gov.vn/tin-thanh-pho/2026/rac/index.html").is_file()


def test_a_copy_that_ended_leads_to_the_origin(tiny):
    """When the offer, the pick or the rule ends, the copy's address becomes a redirect (A12)."""
    net = tiny(f"-- {NEWS}/cau.vi.md --\n" + article(1, crosspost="[ha/lim]"))
    net.build()
    net.write(f"-- {NEWS}/cau.vi.md --\n" + article(1, crosspost_ended="[ha/lim]"))
    net.build()
    home = "https://ha.gov.vn/tin-tuc/2026/cau/"
    assert f"url={home}" in net.text("lim.ha.gov.vn/tin-thanh-pho/2026/cau/")
    assert net.text(".server/lim.ha.gov.vn/vi.redirects.txt") == f"/tin-thanh-pho/2026/cau/ {home}\n"


def test_copies_appear_in_every_language_both_sides_have(tiny):
    """A ward's English Edition takes the English text; without it the policy decides: hide, or show the original."""
    lim = f"{LIM_SITE}languages: [vi, en]\n"
    with_english = article(1, "Cầu mới", crosspost="[ha/lim]")
    net = tiny(
        lim,
        f"-- {NEWS}/cau.vi.md --\n" + with_english,
        f"-- {NEWS}/cau.en.md --\n" + translation(with_english, "New bridge"),
        f"-- {NEWS}/duong.vi.md --\n" + article(2, "Đường mới", crosspost="[ha/lim]"),
    )
    net.build()
    assert "New bridge" in net.text("lim.ha.gov.vn/en/tin-thanh-pho/2026/cau/")
    assert not (net.output / "lim.ha.gov.vn/en/tin-thanh-pho/2026/duong").exists()
    net.write(lim + "fallback: {en: show-original}\n")
    net.build()
    page = net.page("lim.ha.gov.vn/en/tin-thanh-pho/2026/duong/")
    assert page.get("lang") == "en"
    assert page.xpath("//article/@lang") == ["vi"]


def test_a_copy_never_takes_the_address_of_another_item(tiny):
    """A clash is reported by name, and nothing is built."""
    net = tiny(
        f"-- {NEWS}/cau.vi.md --\n" + article(1, crosspost="[ha/lim]"),
        "-- content/ha/lim/tin-thanh-pho/2026/cau.vi.md --\n" + article(2),
    )
    with pytest.raises(ProblemsFound) as found:
        net.build()
    (problem,) = found.value.errors
    assert problem.code == "address-clash"
    assert "/tin-thanh-pho/2026/cau/" in str(problem.message) and "ha/lim" in str(problem.message)
    assert not net.output.exists() or not list(net.output.rglob("*.html"))


def test_media_travel_with_the_copy(tiny):
    """A copy brings its own pictures, so that no page asks another host for them."""
    net = tiny(f"-- {NEWS}/cau.vi.md --\n" + article(1, body="![Cầu](cau.files/anh.png)", crosspost="[ha/lim]"))
    net.put(f"{NEWS}/cau.files/anh.png", png())
    net.build()
    for place in ("ha.gov.vn/tin-tuc", "lim.ha.gov.vn/tin-thanh-pho"):
        assert (net.output / place / "2026/cau/anh.png").is_file()
        path = place.partition("/")[2]
        assert f'src="/{path}/2026/cau/anh.png"' in net.text(f"{place}/2026/cau/")


def test_the_origin_alone_can_end_or_withdraw_a_picked_item(tiny):
    """Withdrawing, or ending the offer, needs no new pick: it takes effect everywhere at once."""
    net = tiny(f"-- {LIM}/hoi.vi.md --\n" + article(1, "Hội làng", crosspost="[ha/portal]"))
    assert net.congtin("site", "pick", "ha/portal", item_id(1), "--into", "tu-co-so").returncode == 0
    gone = "{at: 2026-11-01, reason: Nhầm}"
    net.write(f"-- {LIM}/hoi.vi.md --\n" + article(1, "Hội làng", crosspost="[ha/portal]", withdrawn=gone))
    net.build()
    assert "Nhầm" in net.text("ha.gov.vn/tu-co-so/2026/hoi/")
    net.write(f"-- {LIM}/hoi.vi.md --\n" + article(1, "Hội làng", crosspost_ended="[ha/portal]"))
    net.build()
    assert "url=https://lim.ha.gov.vn/tin-tuc/2026/hoi/" in net.text("ha.gov.vn/tu-co-so/2026/hoi/")


def test_a_broken_picked_item_is_one_error_not_two(tiny):
    """Only the file that is broken is named, not the pick that waits for it."""
    net = tiny(f"-- {LIM}/hoi.vi.md --\n" + article(1, crosspost="[ha/portal]"))
    assert net.congtin("site", "pick", "ha/portal", item_id(1), "--into", "tu-co-so").returncode == 0
    net.put(f"{LIM}/hoi.vi.md", "---\n")
    assert [p.code for p in net.errors()] == ["no-front-matter"]


def picked(tiny, **fields):
    """Return a network in which the portal has picked the ward's article."""
    net = tiny(f"-- {LIM}/hoi.vi.md --\n" + article(1, "Hội làng", crosspost="[ha/portal]", **fields))
    net.put(f"{LIM}/hoi.files/anh.png", png(1))
    assert net.congtin("site", "pick", "ha/portal", item_id(1), "--into", "tu-co-so").returncode == 0
    return net


@pytest.mark.parametrize(
    "trick",
    [
        {"withdrawn": "{at: 2099-01-01, reason: x}"},
        {"body": "Khác."},
        {"crosspost_ended": "[ha/portal]"},
    ],
    ids=["withdrawn-in-the-future", "plain-edit", "ended-and-offered"],
)
def test_no_trick_brings_unpicked_words_onto_the_portal(tiny, trick):
    """Changed text reaches the picking Site only with a new pick, whatever else the origin writes (F1)."""
    net = picked(tiny)
    net.write(f"-- {LIM}/hoi.vi.md --\n" + article(1, "Chữ mới", crosspost="[ha/portal]", **trick))
    assert {p.code for p in net.errors()} & {"pick-outdated", "offer-and-end"}


def test_a_pick_covers_the_pictures_too(tiny):
    """Another picture under the same name needs a new pick."""
    net = picked(tiny)
    net.put(f"{LIM}/hoi.files/anh.png", png(2))
    assert codes(net.errors()) == [("pick-outdated", f"sites/ha/portal/picks/{item_id(1)}.yaml")]


def test_a_pick_that_ends_in_the_future_still_holds_today(tiny):
    """An end to come does not loosen the consent before it."""
    net = picked(tiny)
    path = f"sites/ha/portal/picks/{item_id(1)}.yaml"
    net.put(path, (net.root / path).read_text("utf-8") + "ended: 2099-12-31\n")
    net.write(f"-- {LIM}/hoi.vi.md --\n" + article(1, "Chữ mới", crosspost="[ha/portal]"))
    assert codes(net.errors()) == [("pick-outdated", path)]


def test_a_refused_offer_is_told_with_its_reason(tiny):
    """The Board's refusal is shown to the origin and no longer waits (E15)."""
    net = tiny(
        f"-- {LIM}/hoi.vi.md --\n" + article(1, crosspost="[ha/portal]"),
        f"-- sites/ha/portal/picks/{item_id(1)}.yaml --\nitem: {item_id(1)}\nrefused: Trùng với bài đã đăng.\n",
    )
    report = net.build()
    assert (report.waiting, report.copies) == (0, 0)
    (notice,) = report.problems
    assert (notice.code, notice.severity.value) == ("refused", "notice")
    assert "Trùng với bài đã đăng." in str(notice.message)


def test_copies_go_only_into_sections_that_hold_such_items(tiny):
    """An article cannot be accepted among documents."""
    accepts = "accepts:\n  - {from: portal, into: gioi-thieu}\n"
    net = tiny(LIM_SITE + accepts, f"-- {NEWS}/cau.vi.md --\n" + article(1, crosspost="[ha/lim]"))
    assert [p.code for p in net.errors()] == ["wrong-section"]
