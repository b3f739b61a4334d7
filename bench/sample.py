"""What a benchmark network holds, before any program's files are written."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import text

PORTAL_FOLDER = "mau"
PARENT_HOST = "thanhphomau.vn"
ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
HANOI = timezone(timedelta(hours=7))
FIRST_DAY = datetime(2022, 1, 1, 8, tzinfo=HANOI)
DAYS = 365 * 4 + 300
TAGS = {
    "cai-cach-hanh-chinh": "Cải cách hành chính",
    "chuyen-doi-so": "Chuyển đổi số",
    "dich-vu-cong": "Dịch vụ công",
    "giao-thong": "Giao thông",
    "do-thi": "Đô thị",
    "moi-truong": "Môi trường",
    "y-te": "Y tế",
    "giao-duc": "Giáo dục",
    "van-hoa": "Văn hóa",
    "du-lich": "Du lịch",
    "nong-nghiep": "Nông nghiệp",
    "an-sinh-xa-hoi": "An sinh xã hội",
}
FIXED = "gioi-thieu"
PORTAL_COPIES = "tu-co-so"
COMPONENT_COPIES = "tin-thanh-pho"
PORTAL_SECTIONS = {
    "tin-tuc": "Tin tức",
    "chi-dao-dieu-hanh": "Chỉ đạo điều hành",
    "huong-dan": "Hướng dẫn",
    PORTAL_COPIES: "Tin từ cơ sở",
    FIXED: "Giới thiệu",
}
COMPONENT_SECTIONS = {
    "tin-tuc": "Tin tức",
    "thong-bao": "Thông báo",
    "huong-dan": "Hướng dẫn",
    COMPONENT_COPIES: "Tin thành phố",
    FIXED: "Giới thiệu",
}
KINDS = {"department": "Sở, ban, ngành", "ward": "Phường", "commune": "Xã"}
FIXED_PAGES = 3
# A portal Item is offered to so many component Sites.
TARGETS = 3


@dataclass(frozen=True)
class Sizes:
    """How large a network is to be."""

    portal_items: int
    sites: int
    site_items: int
    crosspost: float
    seed: int


@dataclass(frozen=True)
class Site:
    """One Site; ``picks`` tells whether the portal takes its Items one by one or by a rule."""

    name: str
    kind: str
    title: str
    host: str
    sections: dict[str, str]
    picks: bool = False

    @property
    def id(self) -> str:
        return f"{PORTAL_FOLDER}/{self.name}"

    @property
    def is_portal(self) -> bool:
        return self.kind == "portal"


@dataclass(frozen=True)
class Item:
    """One article or fixed page of a Site, without its text: that is made anew where it is needed."""

    number: int
    seed: int
    site: Site
    section: str
    title: str
    summary: str
    date: datetime
    tags: tuple[str, ...]
    offers: tuple[Site, ...] = ()
    related: Item | None = None

    @property
    def id(self) -> str:
        digits = "".join(ALPHABET[self.number // 30**place % 30] for place in range(6, -1, -1))
        return f"bench{digits}"

    @property
    def is_page(self) -> bool:
        return self.section == FIXED

    @property
    def slug(self) -> str:
        return f"bai-viet-mau-so-{self.number}"

    def path(self, section: str = "") -> str:
        """Return the address below the host's root, in the Item's own section or in the one a copy has."""
        year = "" if self.is_page else f"{self.date.year}/"
        return f"{section or self.section}/{year}{self.slug}/"

    @property
    def url(self) -> str:
        return f"https://{self.site.host}/{self.path()}"

    def body(self, link: str = "") -> str:
        """Return the text; ``link`` is where the sentence about a related Item leads."""
        label = self.related.title if self.related else ""
        return text.body(_random(self.seed, "body", self.number), link if self.related else "", label)


@dataclass(frozen=True)
class Copy:
    """An Item that another Site has taken into one of its sections."""

    item: Item
    section: str


@dataclass
class BenchNetwork:
    """All Sites with their own Items and the copies they take."""

    portal: Site
    components: list[Site]
    items: dict[str, list[Item]] = field(default_factory=dict)
    copies: dict[str, list[Copy]] = field(default_factory=dict)

    @property
    def sites(self) -> list[Site]:
        return [self.portal, *self.components]

    def only_portal(self, most: int) -> BenchNetwork:
        """Return a network of the portal alone, with its first Items and without offers."""
        kept = [
            Item(i.number, i.seed, i.site, i.section, i.title, i.summary, i.date, i.tags, related=i.related)
            for i in self.items[self.portal.name][:most]
        ]
        return BenchNetwork(self.portal, [], {self.portal.name: kept}, {self.portal.name: []})


def _random(seed: int, *about: object) -> random.Random:
    name = "/".join(str(part) for part in (seed, *about))
    return random.Random(name)  # noqa: S311  # repeatable, not secret


def make_network(sizes: Sizes) -> BenchNetwork:
    """Return the network that ``sizes`` and its seed decide, always the same one."""
    portal = Site("portal", "portal", "Cổng thông tin Thành phố Mẫu", PARENT_HOST, PORTAL_SECTIONS)
    network = BenchNetwork(portal, [_component(number, sizes.sites) for number in range(1, sizes.sites + 1)])
    first = 1
    for site in network.sites:
        count = sizes.portal_items if site.is_portal else sizes.site_items
        network.items[site.name] = _items(network, site, first, count, sizes)
        network.copies[site.name] = []
        first += count
    for site in network.sites:
        for item in network.items[site.name]:
            for target in item.offers:
                section = PORTAL_COPIES if target.is_portal else COMPONENT_COPIES
                network.copies[target.name].append(Copy(item, section))
    return network


def _component(number: int, total: int) -> Site:
    share = number / total
    kind, word = ("department", "Sở") if share <= 0.1 else ("ward", "Phường") if share <= 0.6 else ("commune", "Xã")
    name = f"donvi{number:03d}"
    title = f"{word} Mẫu số {number}"
    return Site(name, kind, title, f"{name}.{PARENT_HOST}", COMPONENT_SECTIONS, picks=number % 2 == 1)


def _items(network: BenchNetwork, site: Site, first: int, count: int, sizes: Sizes) -> list[Item]:
    rng = _random(sizes.seed, "site", site.name)
    sections = [section for section in site.sections if section not in (FIXED, PORTAL_COPIES, COMPONENT_COPIES)]
    found: list[Item] = []
    for number in range(first, first + count):
        fixed = number - first < FIXED_PAGES
        found.append(
            Item(
                number=number,
                seed=sizes.seed,
                site=site,
                section=FIXED if fixed else rng.choice(sections),
                title=text.title(rng),
                summary=text.summary(rng),
                date=FIRST_DAY + timedelta(days=rng.randrange(DAYS), minutes=rng.randrange(600)),
                tags=() if fixed else tuple(rng.sample(sorted(TAGS), rng.choice((1, 1, 2)))),
                offers=() if fixed or rng.random() >= sizes.crosspost else _offers(network, site, rng),
                related=_earlier(found, rng),
            )
        )
    return found


def _earlier(found: list[Item], rng: random.Random) -> Item | None:
    """Return an article for every fourth Item to link to."""
    if len(found) <= FIXED_PAGES or rng.random() >= 1 / 4:
        return None
    return found[rng.randrange(FIXED_PAGES, len(found))]


def _offers(network: BenchNetwork, site: Site, rng: random.Random) -> tuple[Site, ...]:
    if not site.is_portal:
        return (network.portal,)
    return tuple(rng.sample(network.components, min(TARGETS, len(network.components))))
