"""Join Items with what each Site accepts: Placements, redirects, and who still has to decide."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from congtin.catalogue.source import Catalogue, Item
from congtin.crosspost.acceptance import Acceptance, acceptance
from congtin.crosspost.addresses import canonical_url, fits, item_path
from congtin.crosspost.consent import is_past, pick_problems
from congtin.errors import Problem, did_you_mean
from congtin.messages import msg
from congtin.model import Edition, EditionKey, Placement, Role
from congtin.network.network import Network, Site
from congtin.network.options import Mode
from congtin.strict_yaml import line_of

_FORMER = re.compile(r"/[a-z0-9-]+/((19|20)\d\d/)?[a-z0-9-]*[a-z][a-z0-9-]*/")


@dataclass(frozen=True, slots=True)
class Redirect:
    """A former address in one Edition and where it leads."""

    edition: EditionKey
    path: str
    target: str
    item: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """An Item offered to a Site whose Board has not accepted it."""

    item: str
    target: str


@dataclass(frozen=True)
class Placements:
    """Everything that is placed, and everything that deliberately is not."""

    by_edition: Mapping[EditionKey, tuple[Placement, ...]]
    redirects: Mapping[EditionKey, tuple[Redirect, ...]]
    waiting: tuple[Waiting, ...]
    drafts: tuple[str, ...]
    scheduled: tuple[str, ...]
    problems: tuple[Problem, ...]
    links: Mapping[EditionKey, tuple[Placement, ...]] = field(default_factory=dict)
    """Teasers that lead to the origin: they stand in lists, no page of theirs does (F3)."""


def place(network: Network, catalogue: Catalogue, now: datetime, scope: Collection[str] | None = None) -> Placements:
    """Return where every live Item stands at ``now``.

    With a ``scope``, only Placements on these Sites; the catalogue holds all that touches them.
    """
    placer = _Placer(network, now, frozenset(network.sites if scope is None else scope))
    for item in sorted(catalogue.items.values(), key=lambda i: i.path):
        placer.place_item(item)
    for site_id in network.sites if scope is None else sorted(scope):
        placer.place_moved(network.sites[site_id], catalogue)
        placer.problems += pick_problems(network, network.sites[site_id], catalogue, now)
    return placer.result()


@dataclass
class _Placer:
    network: Network
    now: datetime
    scope: frozenset[str]
    placed: dict[EditionKey, dict[str, Placement]] = field(default_factory=lambda: defaultdict(dict))
    redirects: dict[EditionKey, dict[str, Redirect]] = field(default_factory=lambda: defaultdict(dict))
    links: dict[EditionKey, list[Placement]] = field(default_factory=lambda: defaultdict(list))
    paths: dict[str, str] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    scheduled: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def place_item(self, item: Item) -> None:
        self.paths[item.id] = item.path
        own = item.site in self.scope
        targets = self.targets(item) if item.facts.crosspost or item.facts.crosspost_ended else ()
        if item.facts.draft or item.facts.date > self.now:
            if own:
                (self.drafts if item.facts.draft else self.scheduled).append(item.id)
            return
        if own:
            home = self.network.sites[item.site]
            for edition in home.editions:
                self.place_in(item, home, edition, item.section, home=True)
        for site in targets:
            if site.id in self.scope:
                self.place_copy(item, site)
            if own:
                self.ask(item, site)
        if item.facts.aliases:
            self.place_aliases(item, own=own)

    def targets(self, item: Item) -> list[Site]:
        found: dict[str, Site] = {}
        for field_name in ("crosspost", "crosspost_ended"):
            for number, pattern in enumerate(getattr(item.facts, field_name)):
                named = self.network.matching(pattern)
                sites = [site for site in named if site.id != item.site]
                if not named:
                    text = msg("“{field}” names no Site: “{site}”.", field=field_name, site=pattern)
                    hint = did_you_mean(pattern, self.network.sites)
                    line = _line(item, field_name, number)
                    self.problems.append(Problem("unknown-site", text, item.original.path, line, hint))
                if field_name == "crosspost":
                    found.update({site.id: site for site in sites})
                else:
                    for site in sites:
                        if site.id in self.scope:
                            self.end_copy(item, site)
        return list(found.values())

    def place_in(
        self, item: Item, site: Site, edition: Edition, section: str, *, home: bool, mode: Mode = "copy"
    ) -> None:
        lang = edition.lang
        section_lang = site.options.sections[section].lang
        if item.source(lang):
            role = Role.ORIGINAL if home else Role.CROSSPOST
        elif site.fallback(lang) == "show-original" or section_lang == item.original.lang:
            role, lang = Role.FALLBACK if home else Role.CROSSPOST, item.original.lang
        else:
            return
        if mode == "link":
            self.links[edition.key].append(Placement(item.id, edition.key, Role.LINK, section, "", lang))
            return
        self.add(Placement(item.id, edition.key, role, section, item_path(item, section), lang))

    def add(self, placement: Placement) -> None:
        taken = self.placed[placement.edition].get(placement.path)
        if taken:
            self.clash(placement.item, taken.item, placement.edition, placement.path)
            return
        self.placed[placement.edition][placement.path] = placement

    def clash(self, item: str, other: str, edition: EditionKey, path: str, *, former: bool = False) -> None:
        name = self.paths[other]
        text = msg("The address /{path} on {site} is also that of {other}.", path=path, site=edition.site, other=name)
        hint = msg("Take the former address out of “aliases”.") if former else msg("Give one of the two another slug.")
        problem = Problem("address-clash", text, self.paths[item], 0, hint)
        if problem not in self.problems:
            self.problems.append(problem)

    def place_copy(self, item: Item, site: Site) -> None:
        consent = acceptance(site, item)
        if consent is None:
            return
        if consent.into not in site.options.sections:
            text = msg(
                "{site} accepts copies into an unknown section: “{section}”.", site=site.id, section=consent.into
            )
            problem = Problem("unknown-section", text, site.file, 0, did_you_mean(consent.into, site.options.sections))
            if problem not in self.problems:
                self.problems.append(problem)
        elif not fits(site.options.sections[consent.into].kind, item.kind):
            text = msg(
                "A {kind} cannot go into “{section}” of {site}.",
                kind=item.kind.value,
                section=consent.into,
                site=site.id,
            )
            hint = msg("The Site must accept it into a section that holds such Items.")
            self.problems.append(Problem("wrong-section", text, item.original.path, 0, hint))
        elif is_past(consent.ended, self.now):
            self.redirect_copy(item, site, consent)
        else:
            for edition in site.editions:
                self.place_in(item, site, edition, consent.into, home=False, mode=consent.mode)

    def end_copy(self, item: Item, site: Site) -> None:
        consent = acceptance(site, item)
        if consent and not item.facts.draft and item.facts.date <= self.now:
            self.redirect_copy(item, site, consent)

    def redirect_copy(self, item: Item, site: Site, consent: Acceptance) -> None:
        """Lead the address of a copy that ended to the origin; a teaser had none."""
        if consent.mode == "link":
            return
        for edition in site.editions:
            if self.shows(site, edition, item):
                self.redirect(edition, item_path(item, consent.into), item)

    def ask(self, item: Item, site: Site) -> None:
        """Note that a Site's Board has not answered an offer yet."""
        if item.id not in site.picks and site.takes(item.facts.date) and acceptance(site, item) is None:
            self.waiting.append(Waiting(item.id, site.id))

    def place_aliases(self, item: Item, *, own: bool) -> None:
        home = self.network.sites[item.site]
        for alias in item.facts.aliases:
            path = alias.lstrip("/")
            for edition in home.editions if own else ():
                if item.source(edition.lang):
                    self.redirect(edition, path, item)
            self.alias_copies(item, path)

    def place_moved(self, site: Site, catalogue: Catalogue) -> None:
        """Lead former addresses of a Site to Items that are elsewhere now; only its own file says so (A12)."""
        for path, item_id in site.options.moved.items():
            item = catalogue.items.get(item_id)
            if not _FORMER.fullmatch(path):
                text = msg("“{path}” is not the address of an Item.", path=path)
                self.problems.append(Problem("wrong-value", text, site.file, 0, msg("Write /tin-tuc/2026/ten-cu/.")))
                continue
            if item is None or not self.placed_at_home(item):
                text = msg("“moved” names an Item that is not published: “{id}”.", id=item_id)
                hint = did_you_mean(item_id, catalogue.ids)
                self.problems.append(Problem("unknown-item", text, site.file, 0, hint))
                continue
            for edition in site.editions:
                self.redirect(edition, path.lstrip("/"), item)

    def placed_at_home(self, item: Item) -> bool:
        return not item.facts.draft and item.facts.date <= self.now

    def alias_copies(self, item: Item, path: str) -> None:
        """Give copies, ended ones too, the former address: the same below the section they went into."""
        rest = path.split("/", 1)[1]
        sites = {site.id: site for pattern in _offers(item) for site in self.network.matching(pattern)}
        for site in sites.values():
            consent = acceptance(site, item)
            if consent is None or consent.mode == "link" or site.id == item.site or site.id not in self.scope:
                continue
            for edition in site.editions:
                here = self.placed[edition.key].get(item_path(item, consent.into))
                if here and here.item == item.id:
                    self.redirect(edition, f"{consent.into}/{rest}", item, edition.root_path + here.path)
                elif self.shows(site, edition, item):
                    self.redirect(edition, f"{consent.into}/{rest}", item)

    @staticmethod
    def shows(site: Site, edition: Edition, item: Item) -> bool:
        """Tell whether an Edition of ``site`` would show the Item at all."""
        return item.source(edition.lang) is not None or site.fallback(edition.lang) == "show-original"

    def redirect(self, edition: Edition, path: str, item: Item, target: str = "") -> None:
        where = target or canonical_url(self.network, item, edition.lang)
        taken = self.redirects[edition.key].get(path)
        if taken and taken.item != item.id:
            self.clash(item.id, taken.item, edition.key, path, former=True)
        self.redirects[edition.key][path] = Redirect(edition.key, path, where, item.id)

    def check_redirects(self) -> None:
        for key, redirects in self.redirects.items():
            for path, redirect in list(redirects.items()):
                placement = self.placed[key].get(path)
                if placement is None:
                    continue
                if placement.item != redirect.item:
                    self.clash(redirect.item, placement.item, key, path, former=True)
                del redirects[path]

    def result(self) -> Placements:
        self.check_redirects()
        return Placements(
            by_edition={key: tuple(paths.values()) for key, paths in self.placed.items()},
            redirects={key: tuple(paths.values()) for key, paths in self.redirects.items() if paths},
            waiting=tuple(self.waiting),
            drafts=tuple(self.drafts),
            scheduled=tuple(self.scheduled),
            problems=tuple(self.problems),
            links={key: tuple(links) for key, links in self.links.items()},
        )


def _offers(item: Item) -> list[str]:
    return [*item.facts.crosspost, *item.facts.crosspost_ended]


def _line(item: Item, *where: str | int) -> int:
    return line_of(item.original.front_text, where) + 1
