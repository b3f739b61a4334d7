"""The real network as one output: every Site, every page, every link, every language."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from gates.found import told
from gates.links import dead_links, foreign_loads
from lxml import etree
from network import NOON, REPOSITORY
from whole import effective_lang, message, messages, parse, shown, texts

from congtin.build.interface import load_interfaces
from congtin.model import Role

pytestmark = pytest.mark.slow

THEME_LANGUAGES = set(load_interfaces(REPOSITORY / "themes/base"))
NOTICE = "Demonstration: this is not the website of a state agency."
BADGE = "Demonstration data"
WITHDRAWN = "This content has been withdrawn"
# Pages that no other language, site map or search engine should know of.
APART = {"404", "redirect", "withdrawn"}


def classes(root: etree._Element, name: str) -> list[etree._Element]:
    """Return the elements of a class."""
    return root.xpath(f"//*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]")


def words_of(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


# --- Sites and Editions ---------------------------------------------------------------------------


def test_every_site_and_every_edition_has_a_home_page(whole):
    """All Sites of sites/ are built, and each of their languages too (A14)."""
    missing = [e.folder for e in whole.editions if f"{e.folder}/index.html" not in whole.pages]
    assert not missing
    sites = {edition.key.site for edition in whole.editions}
    files = {f"{f.parent.name}/{f.stem}" for f in (REPOSITORY / "sites").glob("*/*.yaml")}
    assert sites == files
    assert len(sites) == 391


def test_there_are_as_many_editions_as_languages(whole):
    """One Edition for each language of each Site, each with folder and home page of its own."""
    sites = whole.repository.network.sites.values()
    assert len(whole.editions) == sum(len(site.options.languages) for site in sites) == 402
    assert len({edition.folder for edition in whole.editions}) == len(whole.editions)


def test_the_output_holds_hosts_and_lists_for_web_servers_only(whole):
    """Every folder of the output is a host of the network, and every host has one."""
    folders = {name.split("/")[0] for name in whole.files} - {".server"}
    assert folders == whole.hosts


def test_a_home_page_speaks_its_language_and_names_its_site(whole):
    """The html element has the Edition's language, the heading is the Site's name in it."""
    for edition in whole.editions:
        page = whole.pages[f"{edition.folder}/index.html"]
        names = whole.repository.network.sites[edition.key.site].options.name
        assert page.headings == (names.get(edition.lang, names["vi"]),), edition.folder
        spoken = edition.lang if edition.lang in THEME_LANGUAGES else "vi"
        assert page.lang == shown(spoken), edition.folder


def test_english_stands_where_the_regulations_say(whole):
    """Hà Nội's English is a folder, Hưng Yên's a host; Hải Phòng speaks five languages."""
    assert whole.pages["hanoi.gov.vn/english/index.html"].lang == "en"
    assert whole.pages["en.hungyen.gov.vn/index.html"].lang == "en"
    assert "hungyen.gov.vn/english/index.html" not in whole.pages
    assert "hanoi.gov.vn/en/index.html" not in whole.pages
    spoken = {root: whole.pages[f"haiphong.gov.vn/{root}index.html"].lang for root in ("", "en/", "zh/", "ko/", "ja/")}
    assert spoken == {"": "vi", "en/": "en", "zh/": "zh-Hans", "ko/": "ko", "ja/": "ja"}


def test_every_output_path_is_lower_case_ascii(whole):
    """A path works on every file system and in every address bar."""
    odd = [name for name in whole.files if not re.fullmatch(r"[a-z0-9._-]+(/[a-z0-9._-]+)*", name)]
    assert not odd


def test_the_directory_of_each_portal_lists_all_its_sites_and_they_link_back(whole):
    """100 % of the component Sites stand in the directory, in every language of the Portal (A7)."""
    network = whole.repository.network
    for portal_id in network.portals:
        portal = network.sites[f"{portal_id}/portal"]
        components = [site for site in network.sites_of(portal_id) if site is not portal]
        assert len(components) > 100
        for edition in portal.editions:
            page = whole.tree(f"{edition.folder}/co-quan/index.html")
            listed = {a.get("href") for a in page.findall(".//main//a[@href]")}
            for site in components:
                assert listed & {e.base_url for e in site.editions}, (edition.folder, site.id)
        homes = {edition.base_url for edition in portal.editions}
        for site in components:
            for edition in site.editions:
                absolute = {link.absolute for link in whole.pages[f"{edition.folder}/index.html"].links}
                assert homes & absolute, edition.folder


def test_every_page_of_a_component_site_leads_to_its_portal(whole):
    """The way back to the Portal is on every page, not on the home page alone (A7)."""
    network = whole.repository.network
    for name, (edition, _) in whole.edition_of_file.items():
        if edition.key.site.endswith("/portal") or whole.templates[name] == "redirect":
            continue
        homes = {e.base_url for e in network.sites[f"{edition.key.site.split('/')[0]}/portal"].editions}
        assert homes & {link.value for link in whole.pages[name].links}, name


# --- Every page -----------------------------------------------------------------------------------


def test_every_page_has_one_heading_a_title_a_language_and_a_canonical_address(whole):
    """The basics that screen readers and search engines need."""
    wrong = []
    languages = {shown(lang) for lang in THEME_LANGUAGES}
    for page in whole.pages.values():
        if len(page.headings) != 1 or not page.headings[0]:
            wrong.append((page.file, "h1", page.headings))
        if len(page.titles) != 1 or not page.titles[0].strip(" –"):
            wrong.append((page.file, "title", page.titles))
        if page.lang not in languages:
            wrong.append((page.file, "lang", page.lang))
        if len(page.canonical) != 1 or not page.canonical[0].startswith("https://"):
            wrong.append((page.file, "canonical", page.canonical))
        if len(set(page.ids)) != len(page.ids):
            wrong.append((page.file, "ids", page.ids))
    assert not wrong


def test_the_words_of_the_demonstration_are_these():
    """Typed here once more, so that a slip in a catalogue cannot agree with itself."""
    assert message("vi", BADGE) == "Dữ liệu trình diễn"
    assert message("zh-Hans", BADGE) == "演示数据"
    assert message("vi", NOTICE) == "Bản trình diễn: đây không phải là trang thông tin điện tử của cơ quan nhà nước."
    assert message("vi", WITHDRAWN) == "Nội dung này đã được gỡ bỏ"
    for lang in ("zh-Hans", "ko", "ja"):
        assert len({message(lang, text) for text in (NOTICE, BADGE, WITHDRAWN)} - {NOTICE, BADGE, WITHDRAWN}) == 3


def test_every_page_is_noindex_and_says_that_it_is_a_demonstration(whole):
    """Nobody can take a page of the work tree for an agency's page, and no search engine keeps it."""
    wrong = []
    for page in whole.pages.values():
        if page.robots != ("noindex",):
            wrong.append((page.file, page.robots))
        notice = message(page.lang, NOTICE)
        if notice not in whole.text(page.file):
            wrong.append((page.file, notice))
    assert not wrong


def test_no_page_shows_how_it_was_made(whole):
    """No template syntax, no Python value, no folder of the machine that built it."""
    paths = [str(REPOSITORY), str(whole.output), str(Path.home()), "/tmp/"]  # noqa: S108
    words = ["{{", "{%", "%(", "Undefined", "Traceback", "&amp;amp;", "&lt;p&gt;", '="None"', *paths]
    wrong = [
        (name, word)
        for name in whole.files
        if name.endswith((".html", ".xml", ".txt"))
        for text in (whole.text(name),)
        for word in words
        if word in text
    ]
    assert not wrong
    # In English it is a word.
    assert not [page.file for page in whole.pages.values() if page.lang != "en" and ">None<" in whole.text(page.file)]


def test_no_page_shows_an_address_that_only_the_sources_know(whole):
    """`item:` links and paths of content/ are resolved in every text."""
    wrong = [
        (page.file, link.value)
        for page in whole.pages.values()
        for link in page.links
        if link.value.startswith("item:") or ".md" in link.value or ".files/" in link.value or not link.value.strip()
    ]
    assert not wrong


# --- Links ----------------------------------------------------------------------------------------


def test_every_link_picture_and_anchor_leads_somewhere(whole):
    """Every address on a host of the network is a file, with the anchor that is asked for."""
    found = list(dead_links(whole))
    assert not found, told(found)


def test_no_page_loads_anything_from_another_host(whole):
    """Pictures, styles and scripts lie on the page's own host: nobody else learns who reads."""
    found = list(foreign_loads(whole))
    assert not found, told(found)


def test_every_page_can_be_reached_from_its_home_page(whole):
    """A reader finds every page of an Edition by following links from its home page."""
    lost = []
    for edition in whole.editions:
        own = {n for n, (e, _) in whole.edition_of_file.items() if e == edition and whole.templates[n] not in APART}
        home = f"{edition.folder}/index.html"
        reached, waiting = {home}, [home]
        while waiting:
            for link in whole.pages[waiting.pop()].links:
                file = whole.file_of(urldefrag(link.absolute)[0]) if link.element == "a" else None
                if file in own and file not in reached:
                    reached.add(file)
                    waiting.append(file)
        lost += sorted(own - reached)
    assert not lost


# --- Languages ------------------------------------------------------------------------------------


def test_languages_of_a_page_name_each_other(whole):
    """hreflang sets are complete, symmetric, have x-default, and lead to canonical pages only."""
    wrong = []
    for page in whole.pages.values():
        if not page.alternates:
            continue
        alternates = dict(page.alternates)
        if len(alternates) != len(page.alternates):
            wrong.append((page.file, "twice"))
        if page.canonical[0] != page.url or page.url not in alternates.values():
            wrong.append((page.file, "not itself"))
        if alternates.get("x-default") not in [url for lang, url in alternates.items() if lang != "x-default"]:
            wrong.append((page.file, "x-default"))
        for lang, url in alternates.items():
            other = whole.by_url.get(url)
            if other is None or other.canonical != (url,) or other.alternates != page.alternates:
                wrong.append((page.file, lang, url))
    assert not wrong


def test_every_item_names_all_its_languages_and_no_copy_does(whole):
    """An Item's page lists exactly the languages it is published in; a copy leaves that to its origin."""
    wrong = []
    for edition, placement in whole.placements():
        page = whole.pages[whole.placed_file(edition, placement)]
        if whole.templates[page.file] == "withdrawn":
            continue
        item = whole.repository.catalogue.items[placement.item]
        site = whole.repository.network.sites[edition.key.site]
        languages = {e.lang for e in site.editions if item.source(e.lang)}
        expected: set[str] = set()
        if placement.role is Role.ORIGINAL and len(languages) > 1:
            expected = {shown(lang) for lang in languages} | {"x-default"}
        if {lang for lang, _ in page.alternates} != expected:
            wrong.append((page.file, page.alternates, expected))
    assert not wrong


def test_every_list_names_the_languages_it_exists_in(whole):
    """Home, sections and the other pages that are no Item know their counterparts in the Site's languages."""
    wrong = []
    found = defaultdict(dict)
    for name, (edition, path) in whole.edition_of_file.items():
        if whole.templates[name] not in APART and not whole.is_item(name):
            found[edition.key.site, path][edition.lang] = whole.pages[name]
    for pages in found.values():
        spoken = {lang for lang in pages if lang in THEME_LANGUAGES}
        expected = {*(shown(lang) for lang in spoken), "x-default"} if len(spoken) > 1 else set()
        for lang, page in pages.items():
            if {name for name, _ in page.alternates} != (expected if lang in spoken else set()):
                wrong.append((page.file, page.alternates))
    assert not wrong


def test_the_language_menu_offers_every_language_of_the_site(whole):
    """Each page leads to all languages: to the same thing where there is one, else to the home page."""
    wrong = []
    for name, (edition, _) in whole.edition_of_file.items():
        site = whole.repository.network.sites[edition.key.site]
        if len(site.editions) == 1 or whole.templates[name] == "redirect":
            continue
        links = classes(whole.tree(name), "languages")[0].findall(".//a")
        if [a.get("hreflang") for a in links] != [shown(e.lang) for e in site.editions]:
            wrong.append((name, "languages"))
        current = [a.get("hreflang") for a in links if a.get("aria-current")]
        if current != [shown(edition.lang)]:
            wrong.append((name, current))
        for link, target in zip(links, site.editions, strict=True):
            if not link.get("href", "").startswith(target.base_url):
                wrong.append((name, link.get("href")))
    assert not wrong


@pytest.mark.parametrize("lang", ["en", "zh", "ko", "ja"])
def test_no_interface_word_is_vietnamese_on_a_foreign_page(whole, lang):
    """Whole pieces of text that are words of the Vietnamese interface appear on Vietnamese pages only."""
    catalogue = messages("vi")
    vietnamese = {str(m.string) for m in catalogue if m.id and isinstance(m.string, str)}
    vietnamese |= {text for m in catalogue if m.id and isinstance(m.string, tuple) for text in m.string}
    english = {str(m.id) for m in catalogue if m.id and isinstance(m.id, str)}
    foreign = vietnamese - english if lang == "en" else (vietnamese | english) - {"Fax"}
    wrong = []
    pages = [n for n, (e, _) in whole.edition_of_file.items() if e.lang == lang]
    assert len(pages) > 50
    for name in pages:
        root = whole.tree(name)
        main = root.find(".//main")
        bodies = {id(e) for body in classes(root, "body") for e in body.iter()} if main is not None else set()
        for element in root.iter(etree.Element):
            if id(element) in bodies or effective_lang(element) != shown(lang):
                continue
            pieces = [element.text, *(child.tail for child in element), element.get("aria-label"), element.get("title")]
            wrong += [(name, piece.strip()) for piece in pieces if piece and piece.strip() in foreign]
    assert not wrong


VIETNAMESE_LETTERS = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9àáãèéìíòóõùúýÀÁÃÈÉÌÍÒÓÕÙÚÝ]")


def looks_vietnamese(text: str, lang: str) -> bool:
    """Tell whether a piece of text is Vietnamese as a whole, not foreign text with Vietnamese names."""
    words = re.findall(r"[^\W\d_]+", text)
    marked = [word for word in words if VIETNAMESE_LETTERS.search(word)]
    if lang == "en":
        return len(words) > 1 and len(marked) >= 0.5 * len(words) and any(word.islower() for word in marked)
    number = re.fullmatch(r"\d+/.*", text)
    return bool(marked) and not number and not re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", text)


@pytest.mark.parametrize("lang", ["en", "zh", "ko", "ja"])
def test_vietnamese_text_on_a_foreign_page_is_marked(whole, lang):
    """A screen reader learns that names, addresses and documents are Vietnamese where the page is not."""
    wrong = set()
    for name, (edition, _) in whole.edition_of_file.items():
        if edition.lang == lang:
            for text, marked in texts(whole.tree(name).find("body")):
                if looks_vietnamese(text, lang) and marked != "vi":
                    wrong.add((whole.templates[name], text[:200], name))
    assert not wrong


def test_text_marked_vietnamese_has_no_foreign_script(whole):
    """The mark is true: what says lang=vi holds no Chinese, Japanese or Korean."""
    script = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
    wrong = []
    for name, (edition, _) in whole.edition_of_file.items():
        if len(whole.repository.network.sites[edition.key.site].editions) > 1:
            wrong += [
                (name, t) for t, marked in texts(whole.tree(name).find("body")) if marked == "vi" and script.search(t)
            ]
    assert not wrong


def test_the_muong_edition_shows_originals_and_pretends_nothing(whole):
    """No text in Mường was invented: that Edition shows Vietnamese originals, and says so in Vietnamese."""
    assert not list((REPOSITORY / "content").rglob("*.mtq.md"))
    found = 0
    for edition, placement in whole.placements():
        if edition.lang == "mtq":
            page = whole.pages[whole.placed_file(edition, placement)]
            assert (placement.lang, page.lang, page.alternates) == ("vi", "vi", ())
            assert page.canonical != (page.url,)
            found += 1
    assert found > 5
    assert whole.text("dantoc.hanoi.gov.vn/mtq/tieng-muong/index.html").count('class="empty"') == 1


# --- Items ----------------------------------------------------------------------------------------


def test_every_placement_is_a_page_and_every_item_page_a_placement(whole):
    """Nothing placed is missing, nothing else was written."""
    placed = {whole.placed_file(edition, placement) for edition, placement in whole.placements()}
    assert placed <= set(whole.page_names)
    assert len(placed) > 3000
    items = {name for name in whole.page_names if whole.is_item(name) or whole.templates[name] == "withdrawn"}
    assert items == placed


def test_demonstration_items_say_so_in_the_language_of_the_page(whole):
    """The badge stands on the page of every demo Item, copies and withdrawn ones included."""
    wrong = []
    for edition, placement in whole.placements():
        name = whole.placed_file(edition, placement)
        page = whole.tree(name)
        badge = message(page.get("lang"), BADGE)
        found = [b for b in page.findall(".//main//span") if "badge-demo" in b.get("class", "")]
        if not whole.repository.catalogue.items[placement.item].facts.demo:
            wrong.append((name, "not demo"))
        elif badge not in {words_of(b) for b in found}:
            wrong.append((name, badge))
        elif any(effective_lang(b) != page.get("lang") for b in found):
            wrong.append((name, "badge in another language"))
    assert not wrong


def test_every_list_entry_of_a_demonstration_item_says_so(whole):
    """Each card carries the badge, wherever it stands."""
    wrong = []
    for name in whole.pages:
        if whole.templates[name] not in ("section", "tag", "archive", "library", "pages", "home"):
            continue
        page = whole.tree(name)
        entries = [li for ul in (*classes(page, "cards"), *classes(page, "documents")) for li in ul.findall("li")]
        wrong += [name for li in entries if not classes_in(li, "badge-demo")]
    assert not wrong


def classes_in(element: etree._Element, name: str) -> list[etree._Element]:
    return [e for e in element.iter(etree.Element) if name in e.get("class", "").split()]


def test_copies_name_their_origin_and_leave_search_engines_to_it(whole):
    """A copy says who published first, links there, and gives that page as its canonical address (F6)."""
    wrong, copies = [], 0
    network, catalogue = whole.repository.network, whole.repository.catalogue
    for edition, placement in whole.placements():
        if placement.role is not Role.CROSSPOST:
            continue
        copies += 1
        name = whole.placed_file(edition, placement)
        page = whole.pages[name]
        item = catalogue.items[placement.item]
        origin = network.sites[item.site]
        target = whole.by_url.get(page.canonical[0])
        if target is None or target.url == page.url or whole.edition_of_file[target.file][0].key.site != origin.id:
            wrong.append((name, "canonical", page.canonical))
        elif target.canonical != (target.url,) or whole.templates[target.file] != whole.templates[name]:
            wrong.append((name, "not an original", page.canonical))
        elif whole.templates[name] != "withdrawn":
            notices = classes(whole.tree(name), "origin")
            links = [(a.get("href"), words_of(a)) for notice in notices for a in notice.findall(".//a")]
            label = origin.options.name.get(edition.lang) or origin.options.name["vi"]
            if links != [(target.url, label)]:
                wrong.append((name, "notice", links))
    assert not wrong
    assert copies > 3000


def test_originals_are_their_own_canonical_page_and_carry_no_notice_of_origin(whole):
    """Only copies say that somebody else published first."""
    for edition, placement in whole.placements():
        if placement.role is Role.ORIGINAL:
            page = whole.pages[whole.placed_file(edition, placement)]
            assert page.canonical == (page.url,)
            assert not classes(whole.tree(page.file), "origin"), page.file


def test_a_withdrawn_item_is_replaced_at_home_and_on_every_copy(whole):
    """Each address says that it was withdrawn, when and why, and answers 410 on a real server (D3)."""
    withdrawn = {i.id: i for i in whole.repository.catalogue.items.values() if i.facts.withdrawn}
    assert len(withdrawn) == 2
    found = defaultdict(list)
    for edition, placement in whole.placements():
        item = withdrawn.get(placement.item)
        if item is None:
            continue
        name = whole.placed_file(edition, placement)
        page = whole.tree(name)
        heading = message(page.get("lang"), WITHDRAWN)
        assert words_of(page.find(".//h1")) == heading, name
        assert item.facts.withdrawn.reason in words_of(page.find(".//main")), name
        assert not classes(page, "body"), name
        assert edition.root_path + placement.path in whole.server_list(edition, "gone"), name
        found[item.id].append(placement.role)
    assert all(Role.ORIGINAL in roles for roles in found.values())
    assert max(len(roles) for roles in found.values()) > 140


def test_a_withdrawn_item_stands_in_no_list_and_no_feed(whole):
    """Nobody is led to it any more."""
    gone = {
        e.base_url + p.path for e, p in whole.placements() if whole.templates[whole.placed_file(e, p)] == "withdrawn"
    }
    wrong = []
    for page in whole.pages.values():
        if whole.templates[page.file] not in APART:
            wrong += [
                (page.file, link.absolute) for link in page.links if link.absolute in gone and link.element == "a"
            ]
    assert not wrong
    for name, content in (*whole.bytes_of("atom.xml"), *whole.bytes_of("rss.xml"), *whole.bytes_of("sitemap.xml")):
        text = content.decode()
        assert not [url for url in gone if url in text], name


def test_only_withdrawn_pages_stand_in_the_lists_of_gone_addresses(whole):
    """The 410 list of an Edition names its withdrawn pages and nothing else."""
    for edition in whole.editions:
        expected = sorted(
            edition.root_path + path
            for name, (e, path) in whole.edition_of_file.items()
            if e == edition and whole.templates[name] == "withdrawn"
        )
        assert whole.server_list(edition, "gone") == expected


def test_former_addresses_lead_to_the_page_of_today(whole):
    """Each alias is a page that sends readers on, and a line for web servers (A12)."""
    aliases = {(i.site, alias) for i in whole.repository.catalogue.items.values() for alias in i.facts.aliases}
    assert len(aliases) >= 4
    network = whole.repository.network
    for site_id, alias in aliases:
        edition = network.sites[site_id].editions[0]
        name = f"{edition.host}{alias}index.html"
        page = whole.pages[name]
        assert whole.templates[name] == "redirect"
        assert page.refresh in whole.by_url, name
        assert page.canonical == (page.refresh,)
        assert page.refresh in {link.absolute for link in page.links if link.element == "a"}
        assert f"{alias} {page.refresh}" in whole.server_list(edition, "redirects")


def test_the_lists_of_moved_addresses_are_true(whole):
    """Every line of every redirects.txt names a redirect page here and a real page there, and none is missing."""
    for edition in whole.editions:
        pages = {
            edition.root_path + path: whole.pages[name].refresh
            for name, (e, path) in whole.edition_of_file.items()
            if e == edition and whole.templates[name] == "redirect"
        }
        lines = whole.server_list(edition, "redirects")
        assert dict(line.split(" ") for line in lines) == pages
        for target in pages.values():
            assert whole.templates[whole.by_url[target].file] not in APART


def test_every_picture_of_a_text_has_words(whole):
    """Pictures in texts say what they show; only pictures on cards, beside their title, are silent."""
    wrong, pictures = [], 0
    for name in whole.page_names:
        if not whole.is_item(name):
            continue
        for image in whole.tree(name).findall(".//main//img"):
            pictures += 1
            if not image.get("alt", "").strip():
                wrong.append(name)
    assert not wrong
    assert pictures > 20


def test_documents_show_their_facts_and_files(whole):
    """Number, type, issuer, dates and field stand on every document; its files can be fetched."""
    documents = [n for n in whole.page_names if whole.templates[n] == "document"]
    assert len(documents) > 15
    downloads = 0
    for edition, placement in whole.placements():
        name = whole.placed_file(edition, placement)
        if whole.templates[name] != "document":
            continue
        facts = whole.repository.catalogue.items[placement.item].facts
        shown_facts = words_of(classes(whole.tree(name), "document")[0])
        assert facts.number in shown_facts, name
        for attachment in facts.attachments:
            file = f"{edition.folder}/{placement.path}{attachment.file.rpartition('/')[2]}"
            assert file in whole.file_set
            downloads += 1
    assert downloads > 5


def test_pages_are_parsed_as_they_were_written(whole):
    """The parser had nothing to mend: what is checked here is what browsers see."""
    for name in whole.page_names[::40]:
        root = parse(whole.output / name)
        assert root.find("head") is not None, name
        assert len(root.findall("body")) == 1, name


def test_the_clock_of_the_build_shows_nowhere(whole):
    """No page, feed or site map holds the time of the build, or every build would change everything."""
    stamp = NOON.isoformat()
    for name in whole.files:
        if name.endswith((".html", ".xml")):
            assert stamp not in whole.text(name), name
