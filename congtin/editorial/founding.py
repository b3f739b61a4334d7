"""`congtin desk init`: a content repository with its gate, a roster, a trust root, demonstration people, a work tree.

Everything is made beside its final place and moved there at the end: there is a whole desk or none.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from congtin.editorial import hook, refs, roster_push
from congtin.editorial.desk import MAIN, Desk
from congtin.editorial.log import Event
from congtin.editorial.refs import RefMove
from congtin.editorial.repository import ABSENT, GitRepository
from congtin.editorial.signatures import public_key_of
from congtin.errors import CongtinError, UsageError, did_you_mean
from congtin.messages import msg
from congtin.model import SiteKind
from congtin.network.load import load_network

CONTENT, ROSTER, TRUST, KEYS, WORK = "content.git", "roster.git", "trust.yaml", "keys", "work"
_ROLES = ("head", "deputy", "member", "editor")
_POSTS = {
    "operators": "operator",
    "technical_reviewers": "reviewer",
    "infrastructure_admins": "infrastructure-admin",
    "content_admins": "content-admin",
    "roster_authorities": "authority",
}
_DECISION = "99001/QĐ-TD"
_FEW = 3


@dataclass(frozen=True)
class Founded:
    """Where everything is."""

    folder: Path
    people: tuple[str, ...]

    @property
    def work(self) -> Path:
        return self.folder / WORK


def found(folder: Path, source: Path, revision: str, sites: Sequence[str], now: datetime) -> Founded:
    """Make a desk in ``folder`` from the files of ``source`` at ``revision``, with Boards for ``sites``.

    Raise UsageError when the folder is not empty or the source is no Git repository.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(msg("{path} is not empty.", path=folder), msg("Name a folder that does not exist yet."))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as half:
        maker = _Maker(Path(half), sites, now)
        maker.people()
        maker.content(source, revision)
        maker.roster()
        maker.open()
        if folder.exists():
            folder.rmdir()
        Path(half).rename(folder)
        # The temporary folder's tidying up finds it moved away.
        Path(half).mkdir()
    roster_push.install(folder / ROSTER, folder / TRUST)
    _clone(folder)
    return Founded(folder, tuple(maker.names))


def sites_with_boards(root: Path, chosen: Sequence[str]) -> list[str]:
    """Return the Sites that get a demonstration Board: the Portals, and those chosen, or a few that have texts.

    Raise UsageError for a Site that does not exist.
    """
    network = load_network(root)
    unknown = [site for site in chosen if site not in network.sites]
    if unknown:
        text = msg("There is no Site “{site}”.", site=unknown[0])
        raise UsageError(text, did_you_mean(unknown[0], network.sites))
    portals = [f"{portal}/portal" for portal in network.portals]
    sites = (site.id for site in network.sites.values() if site.kind in (SiteKind.WARD, SiteKind.COMMUNE))
    wards = [site for site in sites if (root / "content" / site).is_dir()]
    return list(dict.fromkeys([*portals, *(chosen or wards[:_FEW])]))


class _Maker:
    def __init__(self, folder: Path, sites: Sequence[str], now: datetime) -> None:
        self.folder = folder
        self.sites = sites
        self.now = now
        self.since = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self.places = _places(sites)
        self.names = [f"{place}-{role}" for place in self.places.values() for role in _ROLES] + list(_POSTS.values())
        self.roots: dict[str, str] = {}

    def people(self) -> None:
        folder = self.folder / KEYS
        folder.mkdir(mode=0o700)
        for name in [*self.names, "service"]:
            _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name))

    def content(self, source: Path, revision: str) -> None:
        """Begin the history anew: what was written before the gate stood is taken as it is, without its authors."""
        given = GitRepository(source)
        tree = given.run("rev-parse", "--verify", f"{given.resolve(revision)}^{{tree}}").decode().strip()
        target = self.bare(CONTENT)
        pack = given.run("pack-objects", "--revs", "--stdout", "--quiet", given=f"{tree}\n".encode())
        target.run("index-pack", "--stdin", given=pack)
        root = refs.write_commit(target, tree, [], "The beginning\n", at=self.now)
        refs.move_refs(target, [RefMove(MAIN, root, ABSENT)])
        self.roots["content_root"] = root
        for name, value in (("roster", f"../{ROSTER}"), ("trust", f"../{TRUST}"), ("key", f"../{KEYS}/service")):
            target.run("config", "--local", f"congtin.{name}", value)

    def roster(self) -> None:
        target = self.bare(ROSTER)
        files = {f"people/{name}.yaml": self.person(name, number) for number, name in enumerate(self.names)}
        files |= {f"boards/{site}.yaml": self.board(site) for site in self.sites}
        posts = {post: [self.post(person)] for post, person in _POSTS.items()}
        files["operations.yaml"] = _dump(posts)
        tree = refs.write_tree(target, None, {path: text.encode() for path, text in files.items()})
        key = self.folder / KEYS / _POSTS["roster_authorities"]
        message = f"Demonstration people\n\nDecision: {_DECISION}\n"
        root = refs.write_commit(target, tree, [], message, at=self.now, signing_key=key)
        refs.move_refs(target, [RefMove(MAIN, root, ABSENT)])
        self.roots["roster_root"] = root

    def open(self) -> None:
        keys = self.folder / KEYS
        service = {"key": public_key_of(keys / "service").line, "valid_from": self.since.isoformat()}
        root_key = public_key_of(keys / _POSTS["roster_authorities"]).line
        trust = {**self.roots, "root_keys": [root_key], "service_keys": [service]}
        (self.folder / TRUST).write_text(_dump(trust), "utf-8")
        with Desk(self.folder / CONTENT, self.now) as desk:
            begun = Event("founded", roster=desk.roster_head, refs={MAIN: (ABSENT, self.roots["content_root"])})
            desk.record([begun])
            desk.mainline.bring_to(self.roots["content_root"])
        hook.install(self.folder / CONTENT)

    def bare(self, name: str) -> GitRepository:
        _run("git", "init", "--quiet", "--bare", "--initial-branch=main", str(self.folder / name))
        return GitRepository(self.folder / name)

    # --- texts ---------------------------------------------------------------------------------

    def person(self, name: str, number: int) -> str:
        line = public_key_of(self.folder / KEYS / name).line
        key = {"key": line, "valid_from": self.since.isoformat()}
        label = f"Người trình diễn {number + 1}"
        return _dump({"name": label, "keys": [key], "valid_from": self.since.isoformat(), "demonstration": True})

    def board(self, site: str) -> str:
        members = [self.post(f"{self.places[site]}-{role}") | {"role": role} for role in _ROLES]
        decision = {"number": _DECISION, "date": self.since.date().isoformat(), "issuer": "Trình diễn"}
        return _dump({"decision": decision, "members": members})

    def post(self, person: str) -> dict[str, Any]:
        return {"person": person, "decision": _DECISION, "valid_from": self.since.isoformat()}


def _places(sites: Sequence[str]) -> dict[str, str]:
    """Return a short name for each Site: its last part, with the Portal's where two would be the same."""
    short = {site: site.partition("/")[0 if site.endswith("/portal") else 2] for site in sites}
    counts = Counter(short.values())
    return {site: name if counts[name] == 1 else site.replace("/", "-") for site, name in short.items()}


def _dump(data: Mapping[str, Any]) -> str:
    text: str = yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False, width=10_000)
    return text


def _clone(folder: Path) -> None:
    work = folder / WORK
    _run("git", "clone", "--quiet", str(folder / CONTENT), str(work))
    for name, value in (("user.name", "Congtin"), ("user.email", "congtin@localhost")):
        _run("git", "-C", str(work), "config", name, value)


def _run(*command: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)  # noqa: S603 (our own words)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[:500]
        raise CongtinError(msg("{program} failed: {detail}", program=command[0], detail=said))
