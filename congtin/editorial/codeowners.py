"""CODEOWNERS for forges: whose review they ask for. Teams only, never persons (E7); the gate stays the authority.

GitHub and GitLab read paths like those of `.gitignore`, Gitea and Forgejo read regular expressions. The last line
that fits decides, so the order of the policy, where the first does, is turned round.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from congtin.editorial.board import Forge
from congtin.editorial.policy import OwnerKind, Policy
from congtin.errors import UsageError
from congtin.messages import msg
from congtin.network.network import Network

_TEAM = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)*")
_PATH = re.compile(r"[A-Za-z0-9._*/-]+")
TECHNICAL_TEAM = "technical-reviewers"


@dataclass(frozen=True, slots=True)
class OwnedPath:
    """Paths of a pattern (`*` one name, `**` any rest) and the teams that own them."""

    pattern: str
    teams: tuple[str, ...]


def board_team(site: str) -> str:
    """Return the team of a Site's Board: `hanoi-hoankiem-board`."""
    return f"{site.replace('/', '-')}-board"


def head_team(portal: str) -> str:
    """Return the team that holds the head of a Portal's Board."""
    return f"{portal}-portal-head"


def owned_paths(policy: Policy, network: Network) -> list[OwnedPath]:
    """Return whose each path of the policy is, Site by Site, in the policy's order."""
    shared = (TECHNICAL_TEAM, *(head_team(portal) for portal in network.portals))
    found: list[OwnedPath] = []
    for rule in policy.owners:
        if rule.owner is OwnerKind.BOARD:
            found += site_paths(rule.path, network.sites)
        elif rule.owner is OwnerKind.PORTAL:
            found += site_paths(rule.path, [f"{portal}/portal" for portal in network.portals])
        elif rule.owner is OwnerKind.BRAND:
            found += _brand_paths(rule.path, network)
        else:
            found.append(OwnedPath(rule.path, shared))
    return found


def _brand_paths(pattern: str, network: Network) -> Iterator[OwnedPath]:
    brands: dict[str, list[str]] = {}
    for portal in network.portals.values():
        brands.setdefault(portal.options.brand, []).append(board_team(f"{portal.id}/portal"))
    for brand, teams in brands.items():
        yield OwnedPath(pattern.replace("{brand}", brand), tuple(teams))


def site_paths(pattern: str, sites: Iterable[str]) -> Iterator[OwnedPath]:
    """Yield one entry a Site for a pattern with `{portal}` and `{site}`, owned by the Site's Board."""
    for site in sites:
        portal, _, name = site.partition("/")
        path = pattern.replace("{portal}", portal).replace("{site}", name)
        yield OwnedPath(path, (board_team(site),))


def codeowners_text(owned: Sequence[OwnedPath], forge: Forge, organisation: str) -> str:
    """Return the file for a forge; ``owned`` is in the policy's order, the first that fits decides.

    Raise UsageError for names that cannot stand in it.
    """
    lines = [f"# {_HEADER}"]
    for entry in reversed(owned):
        names = [f"{organisation.lstrip('@')}/{team}" for team in entry.teams]
        wrong = next((name for name in names if not _TEAM.fullmatch(name)), None)
        if wrong or not names or not _PATH.fullmatch(entry.pattern):
            text = msg("“{name}” cannot stand in CODEOWNERS.", name=wrong or entry.pattern)
            raise UsageError(text, msg("Give the organisation as the forge writes it, as in --organisation thanh-pho."))
        lines.append(f"{_written(entry.pattern, forge)} {' '.join(f'@{name}' for name in names)}")
    return "\n".join(lines) + "\n"


_HEADER = "Written by “congtin board codeowners”. It asks for reviews; what is approved, congtin's gate decides."


def _written(pattern: str, forge: Forge) -> str:
    if forge is Forge.GITEA:
        # Brackets in place of backslashes, which Gitea reads twice.
        return re.sub(r"\*\*|\*|\.", lambda found: {"**": ".*", "*": "[^/]*", ".": "[.]"}[found[0]], pattern)
    return f"/{pattern.removesuffix('**')}"
