"""What a home page shows: the Site's own news first, what each section brought, and an honest word on what is empty."""

from __future__ import annotations

import pytest
from lxml.html import HtmlElement
from network import article, document

NEWS = "content/ha/portal/tin-tuc/2026"
WARD = "content/ha/lim/tin-tuc/2026"


def news(folder: str, number: int, title: str, hour: int, **fields: object) -> str:
    """Return the file of an article of this hour."""
    return f"-- {folder}/tin-{number}.vi.md --\n" + article(
        number, title, date=f"2026-10-05T{hour:02}:00:00+07:00", **fields
    )


def latest(page: HtmlElement) -> list[str]:
    return [link.text_content() for link in page.xpath("//section[@aria-labelledby='ct-latest']//li//h3/a")]


def block(page: HtmlElement, address: str) -> list[str]:
    """Return the titles in the block of a section, or what it says instead."""
    [section] = page.xpath(f"//div[@class='blocks']/section[h2/a/@href='{address}']")
    return [found.text_content().strip() for found in section.xpath(".//li/a | .//p")]


def test_a_site_shows_its_own_news_first_and_copies_in_their_section(tiny):
    """Eight of its own leave no place for what wards sent, however new; that stands in the wards' block."""
    net = tiny(
        *(news(NEWS, number, f"Tin {number}", number) for number in range(1, 10)),
        news(WARD, 30, "Chợ Lim", 20, crosspost="[ha/portal]"),
    )
    text = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
    net.put("sites/ha/portal.yaml", text.replace("site:\n", "site:\n  accepts: [{from: ha/lim, into: tu-co-so}]\n"))
    net.build()
    page = net.page("ha.gov.vn/")
    assert latest(page) == [f"Tin {number}" for number in range(9, 1, -1)]
    assert block(page, "/tu-co-so/") == ["Chợ Lim"]
    # What stands above is not said again, as long as there is something else to say.
    assert block(page, "/tin-tuc/") == ["Tin 1"]


def test_a_site_with_little_of_its_own_is_filled_up_by_the_clock(tiny):
    """A ward with one text shows the city's news around it, in the order of time."""
    net = tiny(
        news(NEWS, 1, "Sớm", 6, crosspost="[ha/lim]"),
        news(WARD, 2, "Của phường", 8),
        news(NEWS, 3, "Muộn", 10, crosspost="[ha/lim]"),
    )
    net.build()
    page = net.page("lim.ha.gov.vn/")
    assert latest(page) == ["Muộn", "Của phường", "Sớm"]
    assert block(page, "/tin-tuc/") == ["Của phường"]


def test_sections_without_anything_say_so(tiny):
    """Nothing is left out because it is empty (C1): it is named, and that nothing is there yet."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1))
    net.build()
    page = net.page("ha.gov.vn/")
    assert block(page, "/van-ban/") == ["Chưa có nội dung nào được đăng tại đây."]
    assert references(page) == {"Giới thiệu": "chưa có dữ liệu"}
    net.write(
        "-- content/ha/portal/van-ban/2026/qd.vi.md --\n" + document(2),
        "-- content/ha/portal/gioi-thieu/2026/a.vi.md --\n" + article(3, "Về Ha", kind="page"),
        "-- content/ha/portal/gioi-thieu/2026/b.vi.md --\n"
        + article(4, "Cũ", kind="page", withdrawn='{at: "2026-10-06T08:00:00+07:00", reason: Sai}'),
    )
    net.build()
    page = net.page("ha.gov.vn/")
    assert block(page, "/van-ban/") == ["Quyết định 2"]
    assert references(page) == {"Giới thiệu": "1"}


def references(page: HtmlElement) -> dict[str, str]:
    """Return what there is to look up, with its count, or that nothing is known of it."""
    entries = page.xpath("//section[@aria-labelledby='ct-references']//li[a]")
    return {entry.xpath("string(a)"): entry.xpath("string(span)") for entry in entries}


@pytest.mark.parametrize("known", [False, True])
def test_a_portal_names_services_and_channels_even_when_nobody_has_said_where(tiny, known):
    """Online services and other channels are asked of a portal (C5, C9): where they are not known, it says so."""
    net = tiny()
    if known:
        text = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
        facts = (
            "  services_url: https://dvc.ha.gov.vn/\n  channels: [{label: {vi: Báo}, url: 'https://bao.ha.gov.vn/'}]\n"
        )
        net.put("sites/ha/portal.yaml", text.replace("site:\n", f"site:\n{facts}"))
    net.build()
    page = net.page("ha.gov.vn/")
    told = [" ".join(e.text_content().split()) for e in page.xpath("//section[@aria-labelledby='ct-references']//li")]
    nothing = ["Dịch vụ công trực tuyến chưa có dữ liệu", "Kênh thông tin khác chưa có dữ liệu"]
    assert [text for text in told if text in nothing] == ([] if known else nothing)
    for address in ("https://dvc.ha.gov.vn/", "https://bao.ha.gov.vn/"):
        assert bool(page.xpath(f"//a[@href='{address}']")) is known
    # A regulation asks this of the portal, not of each ward.
    assert not net.page("lim.ha.gov.vn/").xpath("//section[@aria-labelledby='ct-references']//li[not(a)]")


def test_a_section_may_be_left_out_of_the_menu_and_is_found_all_the_same(tiny):
    """A Portal with twenty sections keeps its menu short; home page and site map lead to every one."""
    net = tiny(news(NEWS, 1, "Tin", 6))
    text = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
    net.put("sites/ha/portal.yaml", text.replace("en: From the wards}}", "en: From the wards}, menu: false}"))
    net.build()
    menu = net.page("ha.gov.vn/").xpath("//nav[@class='menu']//a/@href")
    assert "/tu-co-so/" not in menu and {"/tin-tuc/", "/so-do-trang/"} <= set(menu)
    assert "/so-do-trang/" not in net.page("lim.ha.gov.vn/").xpath("//nav[@class='menu']//a/@href")
    for page in ("ha.gov.vn/", "ha.gov.vn/so-do-trang"):
        assert net.page(page).xpath("//main//a[@href='/tu-co-so/']"), page
    assert net.page("ha.gov.vn/so-do-trang").xpath("//nav[@class='menu']//a[@aria-current='page']/@href") == [
        "/so-do-trang/"
    ]
