"""The demonstration content: enough of everything, all of it marked, none of it passing for real."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from network import NOON, REPOSITORY, TinyNetwork

from congtin.build.look import read_repository
from congtin.catalogue.front_matter import Document, Translation, split
from congtin.catalogue.source import Item, Source
from congtin.checks.registry import Repository
from congtin.checks.run import run_checks
from congtin.engine import blob_id
from congtin.errors import Severity
from congtin.model import ItemKind, Profile, Role

RESERVED_NUMBER = re.compile(r"99\d{2,3}/.+")
SHINGLE = 5
MOST_SHARED = 0.30
# Nine to eleven digits in the groups people write, beginning with 0 or with Vietnam's +84.
TELEPHONE = re.compile(r"(?<![\w/.,-])(?:\(?\+?84\)?|\(?0)(?:[\s.()-]{0,2}\d){8,11}(?![\d/-])")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
IDENTITY_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")
# “ông Nguyễn Văn A”, “chị Trần Thị B”: a form of address with a full name.
PERSON = re.compile(
    r"\b(?:[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Cc]ô|[Cc]hú|[Bb]ác|[Ee]m|đồng chí|Đ/c|Mr\.?|Ms\.?|Mrs\.?) "
    r"(?:Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đào|Đinh|Mai|Trịnh)"
    r"(?: [A-ZĐÁÀẢÃẠĂÂÉÈÊÍÌÓÒÔƠÚÙƯÝ]\w+){1,3}"
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return read_repository(REPOSITORY, tmp_path_factory.mktemp("state"), NOON, Profile.WORK)


@cache
def text_of(path: str) -> str:
    return (REPOSITORY / path).read_text("utf-8")


def body_of(source: Source) -> str:
    return split(text_of(source.path))[1]


def items(repository: Repository) -> list[Item]:
    return list(repository.catalogue.items.values())


def sources(repository: Repository) -> list[Source]:
    return [source for item in items(repository) for source in item.sources()]


# --- Enough of everything -------------------------------------------------------------------------


def test_there_is_enough_content_in_every_language(repository):
    """At least 120 Items, 25 in English and 10 in each of Chinese, Korean and Japanese."""
    assert len(items(repository)) >= 120
    languages = Counter(lang for item in items(repository) for lang in item.translations)
    assert languages["en"] >= 25
    assert min(languages["zh"], languages["ko"], languages["ja"]) >= 10
    assert {item.original.lang for item in items(repository)} == {"vi"}


def test_all_kinds_stand_on_all_portals(repository):
    """Items of every kind on each Portal, and Sites of every kind with content of their own."""
    found = defaultdict(set)
    for item in items(repository):
        found[item.site.split("/")[0]].add(item.kind)
    assert dict(found) == {portal: set(repository.network.kinds) for portal in ("hanoi", "haiphong", "hungyen")}
    kinds = {repository.network.sites[item.site].kind.value for item in items(repository)}
    assert kinds == {"portal", "department", "ward", "commune", "special-zone", "topic"}


def test_every_portal_publishes_its_foreign_languages(repository):
    """Each Portal has articles in each of its languages, Hải Phòng something of every kind."""
    for portal in ("hanoi", "haiphong", "hungyen"):
        site = repository.network.sites[f"{portal}/portal"]
        own = [item for item in items(repository) if item.site == site.id]
        for lang in site.options.languages[1:]:
            kinds = {item.kind for item in own if item.source(lang)}
            assert ItemKind.ARTICLE in kinds, (portal, lang)
            assert portal != "haiphong" or kinds == set(repository.network.kinds), lang


def test_every_feature_of_the_format_is_shown(repository):
    """Corrections, former addresses, withdrawals, replacements, validity, files, pictures: each has an Item."""
    facts = [item.facts for item in items(repository)]
    documents = [fact for fact in facts if isinstance(fact, Document)]
    assert len(documents) >= 15
    assert sum(1 for fact in facts if fact.updated and fact.change_note) >= 1
    assert sum(1 for fact in facts if fact.aliases) >= 3
    assert sum(1 for fact in facts if fact.withdrawn) >= 2
    assert sum(1 for fact in facts if fact.image) >= 15
    assert any(fact.replaces for fact in documents)
    assert any(fact.expires for fact in documents)
    assert any(fact.effective for fact in documents)
    assert sum(len(fact.attachments) for fact in documents) >= 5
    assert len({fact.type for fact in documents}) >= 5
    assert len({tag for fact in facts for tag in fact.tags}) >= 20
    bodies = "\n".join(body_of(item.original) for item in items(repository))
    for construct in (
        r"(?m)^## ",
        r"(?m)^\|.*\|$",
        r"\]\(item:",
        r"!\[",
        r"(?m)^\[\^",
        r"(?m)^- ",
        r"(?m)^1\. ",
        r"(?m)^> ",
    ):
        assert re.search(construct, bodies), construct


def test_items_are_shared_in_both_directions(repository):
    """Portals offer to all their Sites, Sites offer to their Portal, and both are accepted (F1, F2)."""
    down, up = set(), set()
    for placements in repository.placements.by_edition.values():
        for placement in placements:
            if placement.role is Role.CROSSPOST:
                item = repository.catalogue.items[placement.item]
                target = placement.edition.site
                if item.site.endswith("/portal"):
                    down.add((item.site, target))
                elif target.endswith("/portal"):
                    up.add((item.site, target))
    for portal in ("hanoi", "haiphong", "hungyen"):
        sites = {s.id for s in repository.network.sites_of(portal)} - {f"{portal}/portal"}
        assert {target for origin, target in down if origin == f"{portal}/portal"} == sites
        assert len({origin for origin, target in up if target == f"{portal}/portal"}) >= 2, portal


def test_not_every_offer_is_accepted(repository):
    """The target decides: some offers wait for a Board, and not all Sites take all things."""
    assert repository.placements.waiting
    assert all(problem.severity is Severity.NOTICE for problem in run_checks(repository))


# --- All of it marked -----------------------------------------------------------------------------


def test_every_original_is_marked_as_demonstration(repository):
    """`demo: true` on every Item, so that no page can pass for an agency's and none can be released."""
    assert not [item.original.path for item in items(repository) if not item.facts.demo]
    for item in items(repository):
        assert re.search(r"(?m)^demo: true$", item.original.front_text), item.original.path


def test_document_numbers_are_of_the_range_no_agency_uses(repository):
    """Numbers of documents begin with 99…, in front matter and in the texts that speak of them."""
    for item in items(repository):
        if isinstance(item.facts, Document):
            assert RESERVED_NUMBER.fullmatch(item.facts.number), item.original.path
            assert repository.numbers.family(item.facts.number), item.original.path
        if item.facts.withdrawn and item.facts.withdrawn.document:
            assert RESERVED_NUMBER.fullmatch(item.facts.withdrawn.document), item.original.path
    numbers = [item.facts.number for item in items(repository) if isinstance(item.facts, Document)]
    sites = [item.site.split("/")[0] for item in items(repository) if isinstance(item.facts, Document)]
    pairs = list(zip(sites, numbers, strict=True))
    assert len(set(pairs)) == len(pairs)


def test_no_text_cites_a_number_that_could_be_real(repository):
    """Whatever looks like the number of a city's document in a body is of the reserved range too."""
    number = re.compile(r"(?<![\d/])(\d{1,5}(?:/\d{4})?/(?:QĐ|KH|TB|CT|BC|HD|CV|NQ)-(?:UBND|HĐND|S[A-ZĐ]+)\b)")
    for source in sources(repository):
        odd = [found for found in number.findall(text_of(source.path)) if not found.startswith("99")]
        assert not odd, source.path


# --- None of it real ------------------------------------------------------------------------------


def test_the_patterns_know_what_they_look_for():
    """Telephones, mail addresses, identity numbers and persons as people write them are all recognised."""
    for text in (
        "0912 345 678",
        "0912.345.678",
        "(024) 3825 3536",
        "024.38253536",
        "+84 24 3825 3536",
        "0248 38253536",
    ):
        assert TELEPHONE.search(f"gọi {text}."), text
    for text in ("07-0808", "ngày 05/10/2026", "1.000.000 đồng", "9901/2026/QĐ-UBND", "08:30, 05.10.2026"):
        assert not TELEPHONE.search(text), text
    assert EMAIL.search("gửi tới to.bientap@hanoi.gov.vn nhé")
    assert IDENTITY_NUMBER.search("số 001099012345,")
    assert PERSON.search("theo ông Nguyễn Văn Nam, tổ trưởng")
    assert not PERSON.search("bà con phường Trần Hưng Đạo")


def test_no_text_holds_a_telephone_number_an_address_for_mail_or_an_identity_number(repository):
    """Nobody can be called, written to or identified by a text of the demonstration."""
    for source in sources(repository):
        text = re.sub(r"\]\([^)]*\)", "]", body_of(source))
        assert not TELEPHONE.findall(text), source.path
        assert not EMAIL.findall(text), source.path
        assert not IDENTITY_NUMBER.findall(text), source.path


def test_no_text_names_a_person(repository):
    """No form of address followed by a full name; bylines are editorial desks (P1)."""
    for source in sources(repository):
        assert not PERSON.findall(body_of(source)), source.path
        assert not getattr(source.front, "signatory", None), source.path
        author = getattr(source.front, "author", None)
        assert not author or not PERSON.match(f"ông {author}"), source.path


def test_front_matter_holds_nothing_private_either(repository):
    """Titles, summaries and captions are held to the same rule."""
    for source in sources(repository):
        front = re.sub(r"(?m)^(id|translated_from|date|updated|number):.*$", "", source.front_text)
        assert not EMAIL.findall(front), source.path
        assert not IDENTITY_NUMBER.findall(front), source.path
        assert not PERSON.findall(front), source.path


def test_links_lead_nowhere_but_to_items_and_files_of_the_repository(repository):
    """No text sends readers to a website that the demonstration does not control, except well-known ones."""
    outside = {link for source in sources(repository) for link in source.body.links if re.match(r"\w+://", link)}
    assert all(link.startswith("https://") for link in outside), outside


# --- No two alike ---------------------------------------------------------------------------------


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Return all runs of five words of a text, without Markdown's signs."""
    plain = re.sub(r"\]\([^)]*\)|\{#[^}]*\}|<[^>]*>", " ", text.casefold())
    words = re.findall(r"\w+", plain)
    return frozenset(zip(*(words[n:] for n in range(SHINGLE)), strict=False))


def shared(first: frozenset, second: frozenset) -> float:
    """Return which part of the shorter text stands in the other as well."""
    return len(first & second) / max(1, min(len(first), len(second)))


def test_the_measure_of_likeness_tells_copies_from_strangers():
    """The same text is wholly shared, another not at all, half of one by half."""
    text = " ".join(f"từ{n}" for n in range(104))
    half = " ".join(f"từ{n}" for n in range(54)) + " " + " ".join(f"khác{n}" for n in range(50))
    assert shared(shingles(text), shingles(text.upper())) == 1
    assert shared(shingles(text), shingles("một hai ba bốn năm sáu bảy")) == 0
    assert shared(shingles(text), shingles(half)) == 0.5
    assert shared(shingles(""), shingles("")) == 0


def test_no_two_items_share_more_than_a_third_of_their_words(repository):
    """Every text was written for itself: at most 30 % of five-word runs in common."""
    runs = {item.original.path: shingles(body_of(item.original)) for item in items(repository)}
    pairs: Counter[tuple[str, str]] = Counter()
    where = defaultdict(list)
    for path, found in runs.items():
        for run in found:
            where[run].append(path)
    for paths in where.values():
        pairs.update(combinations(sorted(paths), 2))
    alike = [(a, b) for (a, b), n in pairs.items() if n / max(1, min(len(runs[a]), len(runs[b]))) > MOST_SHARED]
    assert not alike


def test_titles_and_summaries_are_each_used_once(repository):
    """No two Items have the same title, summary or slug on one Site."""
    for field in ("title", "summary", "abstract"):
        values = Counter(getattr(item.facts, field, None) for item in items(repository))
        assert not [value for value, count in values.items() if value and count > 1]
    slugs = Counter((item.site, item.original.where.slug) for item in items(repository))
    assert max(slugs.values()) == 1


def test_texts_are_long_enough_to_be_read(repository):
    """No body is a line of filler: every text has at least eighty words, and no lorem ipsum."""
    for item in items(repository):
        # Other kinds say in their fields what they have to say.
        assert item.kind not in set(ItemKind) or len(re.findall(r"\w+", body_of(item.original))) >= 80, item.path
        assert not re.search(r"lorem ipsum|TODO|FIXME|xxx", text_of(item.original.path), re.IGNORECASE), (
            item.original.path
        )


# --- Translations and pictures --------------------------------------------------------------------


def test_every_translation_was_made_from_the_original_as_it_is(repository):
    """translated_from is the blob id of the original's bytes: no translation is out of date (B4)."""
    stale = []
    for item in items(repository):
        blob = blob_id((REPOSITORY / item.original.path).read_bytes())
        for source in item.translations.values():
            assert isinstance(source.front, Translation)
            if source.front.translated_from != blob:
                stale.append(source.path)
    assert not stale


def test_every_pick_is_of_the_bytes_that_are_there(repository):
    """The consent of each Board matches the sources of today."""
    picks = list((REPOSITORY / "sites").glob("*/*/picks/*.yaml"))
    assert len(picks) >= 9
    for file in picks:
        for path, blob in yaml.safe_load(file.read_text("utf-8"))["sources"].items():
            assert blob_id((REPOSITORY / path).read_bytes()) == blob, (file, path)


def test_translations_are_in_the_script_of_their_language(repository):
    """Chinese is Chinese, Korean Korean, Japanese Japanese, and English has no Vietnamese sentences."""
    scripts = {"zh": r"[\u4e00-\u9fff]", "ko": r"[\uac00-\ud7af]", "ja": r"[\u3040-\u30ff]"}
    for source in sources(repository):
        text = source.front.title + body_of(source)
        letters = len(re.findall(r"[^\W\d_]", text))
        if source.lang in scripts:
            assert len(re.findall(scripts[source.lang], text)) > 0.3 * letters, source.path
        elif source.lang == "en":
            common = re.findall(r"\b(?:the|and|of|to|in|is|for|a)\b", text.casefold())
            assert len(common) > 0.1 * len(re.findall(r"[^\W\d_]+", text)), source.path
            assert not re.search(r"\b(và|của|không|được|những|các)\b", text), source.path
    for item in items(repository):
        if "ja" in item.translations:
            assert not re.search(r"[\uac00-\ud7af]", body_of(item.translations["ja"]))
        if "zh" in item.translations:
            assert not re.search(r"[\u3040-\u30ff\uac00-\ud7af]", body_of(item.translations["zh"]))


def test_translations_have_the_structure_of_their_original(repository):
    """As many headings, pictures and links to Items: nothing was left out on the way."""
    for item in items(repository):
        original = item.original.body
        for source in item.translations.values():
            assert len(source.body.headings) == len(original.headings), source.path
            assert [h.level for h in source.body.headings] == [h.level for h in original.headings], source.path
            assert len(source.body.images) == len(original.images), source.path
            named = [
                sorted(link for link in body.links if link.startswith("item:")) for body in (source.body, original)
            ]
            assert named[0] == named[1], source.path


def test_every_picture_has_words_in_every_language(repository):
    """Lead pictures and pictures in texts say what they show, each translation in its own words."""
    pictures = 0
    for item in items(repository):
        alternatives = [s.front.image_alt for s in item.sources() if item.facts.image]
        alternatives += [words for s in item.sources() for _, words in s.body.images]
        assert all(words and len(words) > 10 for words in alternatives), item.original.path
        assert len(set(alternatives)) == len(alternatives), item.original.path
        pictures += len(alternatives)
    assert pictures > 30


def test_every_file_beside_a_text_is_used(repository):
    """Nothing lies about: each file of a `.files` folder is a lead picture, in the text, or attached."""
    for item in items(repository):
        used = " ".join(text_of(source.path) for source in item.sources())
        assert not [name for name in item.media if f"/{name}" not in used], item.original.path
        for media in item.media.values():
            assert 0 < media.size < 500_000, media.path


# --- The repository's own check -------------------------------------------------------------------


def test_nothing_is_hidden_by_a_draft_or_a_date_to_come(repository):
    """All of the demonstration is visible at the time the tests build it."""
    assert not repository.placements.drafts
    assert not repository.placements.scheduled


def test_check_finds_no_error_and_no_warning_in_the_repository(tmp_path: Path):
    """`congtin check`, as an editor runs it, ends with 0 errors and 0 warnings."""
    run = TinyNetwork(REPOSITORY, NOON).congtin("check")
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"\b0 errors, 0 warnings\b", run.stdout), run.stdout
