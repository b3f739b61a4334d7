"""Which Boards a Change needs: by the paths it touches, the Placements it changes, the kinds of its Items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from congtin import strict_yaml
from congtin.catalogue.source import Item
from congtin.checks.change import ChangeView, PlacementChange
from congtin.editorial.board import BoardRole
from congtin.editorial.policy import OwnerKind, Policy
from congtin.editorial.repository import Difference, Tree
from congtin.errors import Problem
from congtin.messages import Msg, msg
from congtin.model import SiteKind
from congtin.network.network import Network
from congtin.rules.combine import BASE_NEED, ApprovalRule, SiteRules
from congtin.rules.pack_rules import Step

TECHNICAL = "technical-reviewers"


@dataclass(frozen=True, slots=True)
class Need:
    """So many persons of one body must approve; all Needs of a Change hold together (E1, F1, H9)."""

    body: str
    """A Site, for its Board; or TECHNICAL."""
    roles: frozenset[str]
    count: int
    paths: frozenset[str]
    because: Msg
    steps: tuple[Step, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        return (self.body, self.roles, self.count, tuple(step.id for step in self.steps))


class Requirements:
    """Works out the Needs of one Change; what nobody owns is a Problem."""

    def __init__(
        self, policy: Policy, before: Tree, after: Tree, view: ChangeView, rules: Callable[[str], SiteRules]
    ) -> None:
        """``rules`` gives the rules of a Site in force before the Change."""
        self.policy = policy
        self.before = before
        self.after = after
        self.view = view
        self.rules = rules
        self.problems: list[Problem] = []
        self._needs: dict[tuple[object, ...], Need] = {}

    @property
    def network(self) -> Network:
        return self.view.before.network

    def needs(self, differences: Sequence[Difference]) -> tuple[Need, ...]:
        """Return every Need, those of one body together."""
        for difference in differences:
            self.path(difference)
        for placed in self.view.placed:
            self.placement(placed)
        self.kinds({difference.path for difference in differences})
        return tuple(sorted(self._needs.values(), key=lambda need: (need.body, sorted(need.roles), need.count)))

    # --- paths ---------------------------------------------------------------------------------

    def path(self, difference: Difference) -> None:
        path = difference.path
        owner = self.policy.owner(path)
        if owner is None:
            hint = msg("workflows/editorial.yaml, “owners”, says whose each path is.")
            self.problems.append(Problem("nobodys-path", msg("Nobody owns this path."), path, 0, hint))
            return
        kind, names = owner
        if kind is OwnerKind.BOARD:
            self.site(f"{names['portal']}/{names['site']}", difference)
        elif kind is OwnerKind.PORTAL:
            self.board(f"{names['portal']}/portal", path, msg("The file belongs to the Portal's Board."))
        elif kind is OwnerKind.BRAND:
            self.brand(names["brand"], path)
        else:
            self.shared(path)

    def site(self, site: str, difference: Difference) -> None:
        path = difference.path
        portal = f"{site.partition('/')[0]}/portal"
        if site in self.network.sites:
            self.board(site, path, msg("The file belongs to the Site's Board."))
        else:
            self.board(portal, path, msg("The Site is new: its Portal's Board decides."))
        if path == f"sites/{site}.yaml":
            fields = self.portal_fields(difference)
            if fields:
                because = msg("These fields are the Portal's too: {fields}.", fields=", ".join(fields))
                self.board(portal, path, because)

    def portal_fields(self, difference: Difference) -> list[str]:
        """Return what the Change alters that is not the Site's Board's alone; all of it when nothing can be read."""
        before, after = (_mapping(tree.read(difference.path)) for tree in (self.before, self.after))
        if difference.added or difference.deleted or before is None or after is None:
            return ["host"]
        return [field for field in self.policy.portal_fields if before.get(field) != after.get(field)]

    def brand(self, brand: str, path: str) -> None:
        portals = [p.id for p in self.network.portals.values() if p.options.brand == brand]
        if not portals:
            self.shared(path)
        for portal in portals:
            self.board(f"{portal}/portal", path, msg("The theme is that of the Portal."))

    def shared(self, path: str) -> None:
        because = msg("All Sites share this: a technical reviewer and the head of every Portal decide.")
        shared = self.policy.shared
        self.add(Need(TECHNICAL, frozenset(), shared.technical_reviewers, frozenset({path}), because))
        for portal in self.network.portals:
            role = frozenset({shared.every_portal.value})
            self.add(Need(f"{portal}/portal", role, 1, frozenset({path}), because))

    # --- Placements ----------------------------------------------------------------------------

    def placement(self, placed: PlacementChange) -> None:
        """Ask the Board of a Site on which something of another Site appears, changes or vanishes (F1, F2)."""
        if placed.via == "home" or placed.withdrawal:
            return
        site = self.network.sites.get(placed.site)
        if site is None:
            because = msg("The Site is new: its Portal's Board decides.")
            self.board(f"{placed.site.partition('/')[0]}/portal", placed.path, because)
            return
        rules = self.policy.placements
        if placed.change == "lost":
            asked = rules.lost
        elif placed.via == "pick" or site.kind is SiteKind.PORTAL:
            # What a component Site writes reaches a Portal by its Board's consent to these very words only.
            asked = rules.pick
        elif placed.new_item or placed.change == "altered":
            asked = rules.new_item_by_rule
        else:
            asked = rules.edit_gains_place_by_rule
        if asked == "target":
            because = msg("A text of another Site appears here: {path}.", path=placed.path)
            self.board(placed.site, placed.path, because)

    # --- kinds ---------------------------------------------------------------------------------

    def kinds(self, changed: Iterable[str]) -> None:
        """Ask what the rule packs demand for Items of their kinds, on the Site they come from (H9, E23)."""
        touched = set(changed)
        for item in self.items():
            paths = touched.intersection(item.blobs())
            if paths:
                known = item.site in self.network.sites
                board = item.site if known else f"{item.site.partition('/')[0]}/portal"
                for need in _from_rule(board, self.rules(board).approvals(item.kind), paths):
                    self.add(need)

    def items(self) -> Iterator[Item]:
        yield from self.view.before.catalogue.items.values()
        yield from self.view.after.catalogue.items.values()

    # --- collecting ----------------------------------------------------------------------------

    def board(self, site: str, path: str, because: Msg) -> None:
        roles = frozenset(role for role in BASE_NEED.roles)
        self.add(Need(site, roles, BASE_NEED.count, frozenset({path}), because))

    def add(self, need: Need) -> None:
        known = self._needs.get(need.key)
        if known:
            because, paths, sources = known.because, known.paths | need.paths, known.sources or need.sources
            need = Need(need.body, need.roles, need.count, paths, because, need.steps, sources)
        self._needs[need.key] = need


def _from_rule(site: str, rule: ApprovalRule, paths: set[str]) -> Iterator[Need]:
    because = msg("The rules ask for this for the kind “{kind}”.", kind=rule.kind)
    for need in rule.needs:
        yield Need(site, frozenset(need.roles), need.count, frozenset(paths), because, (), rule.sources)
    if rule.steps:
        roles = frozenset(role.value for role in BoardRole)
        yield Need(site, roles, len(rule.steps), frozenset(paths), because, rule.steps, rule.sources)


def _mapping(data: bytes | None) -> Mapping[str, object] | None:
    """Return what a YAML file holds; None when it cannot be read as keys and values."""
    try:
        values = strict_yaml.load((data or b"").decode("utf-8"))
    except (UnicodeDecodeError, strict_yaml.YamlProblem):
        return None
    return values if isinstance(values, dict) else None
