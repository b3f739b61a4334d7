"""Demonstration people with real SSH keys, and a `roster.git` with a signed history, for any test.

`Village.create(folder)` makes, for every Site, the people `<site>-head`, `-deputy`, `-member`, `-editor`
(`lim-head`, `mai-editor`, for the portal `portal-head`), for the whole system `ha-operator`, `ha-reviewer`,
`ha-authority` (signs the roster; also the root key), `ha-infrastructure`, `ha-content`, and two keys of nobody:
`service` (signs the log) and `outsider`.
"""

from __future__ import annotations

import functools
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from congtin.editorial.refs import RefMove, move_refs, write_commit, write_tree
from congtin.editorial.repository import ABSENT, GitRepository
from congtin.editorial.revoke import revoke
from congtin.editorial.roster import Roster, load_roster
from congtin.editorial.signatures import PublicKey, public_key_of, sign
from congtin.editorial.trust import TrustRoot, load_trust
from congtin.validation import parse_time

SITES = ("ha/portal", "ha/lim", "ha/mai")
MAIN = "refs/heads/main"
FROM = "2026-01-01"
# When the roster's first commit was made; tests live at network.NOON.
FOUNDED = parse_time("2026-01-05T08:00:00+07:00")
NO_COMMIT = "1" * 40


@functools.cache
def _key_pair(name: str) -> tuple[bytes, bytes]:
    """Return (private, public) of a new key; each name has one for the whole test run."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "key")
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(file)], check=True, timeout=30
        )
        return file.read_bytes(), file.with_name("key.pub").read_bytes()


def letter(number: int) -> str:
    """Return A … Z, AA, AB …: what demonstration people are called."""
    return (letter(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


@dataclass
class Village:
    """A folder with `roster.git`, `keys/` and `trust.yaml`."""

    folder: Path
    count: int = 0

    @classmethod
    def create(cls, folder: Path, sites: Iterable[str] = SITES, *, content_root: str = NO_COMMIT) -> Village:
        """Make the people, sign the first commit of the roster, write the trust root."""
        folder.mkdir(parents=True, exist_ok=True)
        village = cls(folder)
        village.keys.mkdir()
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(village.roster)], check=True, timeout=30)
        files: dict[str, str] = {}
        for site in sites:
            place = site.partition("/")[2]
            files |= {f"people/{p}.yaml": village.person(p) for p in village.board_people(place)}
            files[f"boards/{site}.yaml"] = village.board(place)
        posts = {
            "operators": "ha-operator",
            "technical_reviewers": "ha-reviewer",
            "infrastructure_admins": "ha-infrastructure",
            "content_admins": "ha-content",
            "roster_authorities": "ha-authority",
        }
        files |= {f"people/{p}.yaml": village.person(p) for p in posts.values()}
        files["operations.yaml"] = dump({post: [village.post(person)] for post, person in posts.items()})
        root = village.commit(files, at=FOUNDED)
        for name in ("service", "outsider"):
            village.make_key(name)
        village.write_trust(content_root=content_root, roster_root=root)
        return village

    # --- what lies where -----------------------------------------------------------------------

    @property
    def roster(self) -> Path:
        return self.folder / "roster.git"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def trust_file(self) -> Path:
        return self.folder / "trust.yaml"

    @property
    def repository(self) -> GitRepository:
        return GitRepository(self.roster)

    def head(self) -> str:
        """Return the newest commit of the roster, zeros before the first."""
        with self.repository as repository:
            return repository.ref(MAIN) or ABSENT

    def load(self, commit: str | None = None) -> Roster:
        """Return the roster at a commit, by default the newest."""
        with self.repository as repository:
            return load_roster(repository.tree(commit or self.head()))

    def trust(self) -> TrustRoot:
        return load_trust(self.trust_file)

    def read(self, path: str) -> dict:
        """Return a file of the newest roster as data."""
        with self.repository as repository:
            return yaml.safe_load(repository.tree(self.head()).read(path))

    # --- keys ----------------------------------------------------------------------------------

    def make_key(self, name: str) -> Path:
        """Write the key pair of a name; return the private key's file."""
        file = self.keys / name
        if not file.exists():
            private, public = _key_pair(name)
            file.touch(mode=0o600)
            file.write_bytes(private)
            file.with_name(f"{name}.pub").write_bytes(public)
        return file

    def key(self, name: str) -> Path:
        """Return the private key's file of a person (a second key is `<person>.2`)."""
        return self.keys / name

    def public(self, name: str) -> PublicKey:
        return public_key_of(self.key(name))

    def fingerprint(self, name: str) -> str:
        return self.public(name).fingerprint

    def sign(self, name: str, data: bytes, namespace: str) -> bytes:
        """Return a person's signature."""
        return sign(data, self.key(name), namespace)

    # --- texts of files ------------------------------------------------------------------------

    @staticmethod
    def board_people(place: str) -> list[str]:
        return [f"{place}-{role}" for role in ("head", "deputy", "member", "editor")]

    def person(self, person: str, **fields: object) -> str:
        """Return the file of a person with a key and a login of their own; ``fields`` replace what it says."""
        self.make_key(person)
        self.count += 1
        data = {
            "name": f"Người {letter(self.count - 1)} (trình diễn)",
            "keys": [{"key": self.public(person).line, "valid_from": FROM}],
            "forges": {"github": f"{person}-gh", "gitlab": f"{person}-gl", "gitea": f"{person}-gt"},
            "valid_from": FROM,
            "demonstration": True,
            **fields,
        }
        return dump(data)

    def board(self, place: str, **fields: object) -> str:
        """Return the file of a full Board; ``fields`` replace what it says."""
        members = [self.member(p, p.rpartition("-")[2]) for p in self.board_people(place)]
        decision = {"number": "99001/QĐ-TD", "date": "2026-01-01", "issuer": "UBND (trình diễn)"}
        return dump({"decision": decision, "members": members, **fields})

    @staticmethod
    def member(person: str, role: str, **fields: object) -> dict[str, object]:
        return {"person": person, "role": role, "decision": "99001/QĐ-TD", "valid_from": FROM, **fields}

    @staticmethod
    def post(person: str, **fields: object) -> dict[str, object]:
        return {"person": person, "decision": "99001/QĐ-TD", "valid_from": FROM, **fields}

    # --- history of the roster -----------------------------------------------------------------

    def commit(
        self,
        files: Mapping[str, str | None],
        *,
        by: str | None = "ha-authority",
        trailer: str = "Decision: 99001/QĐ-TD",
        at: datetime | None = None,
        parents: list[str] | None = None,
    ) -> str:
        """Write and take away files in one signed commit on `main`; return it."""
        at = at or parse_time("2026-11-22T11:00:00+07:00")
        with self.repository as repository:
            before = self.head()
            base = before if before != ABSENT else None
            tree = write_tree(repository, base, {p: t.encode() if t is not None else None for p, t in files.items()})
            chosen = parents if parents is not None else [before] if base else []
            message = f"Roster\n\n{trailer}\n" if trailer else "Roster\n"
            signing = self.make_key(by) if by else None
            commit = write_commit(repository, tree, chosen, message, at=at, signing_key=signing)
            move_refs(repository, [RefMove(MAIN, commit, before)])
        return commit

    def change(self, path: str, **fields: object) -> str:
        """Replace fields of one file; return the commit."""
        return self.commit({path: dump({**self.read(path), **fields})})

    def add_person(self, person: str, **fields: object) -> str:
        return self.commit({f"people/{person}.yaml": self.person(person, **fields)})

    def add_key(self, person: str, name: str | None = None) -> Path:
        """Give a person another key; return its file."""
        name = name or f"{person}.2"
        file, path = self.make_key(name), f"people/{person}.yaml"
        self.change(path, keys=[*self.read(path)["keys"], {"key": self.public(name).line, "valid_from": FROM}])
        return file

    def revoke_key(self, person: str, at: str, number: int = 0) -> str:
        """Revoke one key of a person from a time on."""
        keys = self.read(f"people/{person}.yaml")["keys"]
        keys[number]["revoked"] = {"at": at, "reason": "Mất khóa (trình diễn)"}
        return self.change(f"people/{person}.yaml", keys=keys)

    def add_member(self, site: str, person: str, role: str, **fields: object) -> str:
        """Put a person on a Board; the person's file is written too where there is none."""
        path = f"boards/{site}.yaml"
        board = self.read(path)
        files = {path: dump({**board, "members": [*board["members"], self.member(person, role, **fields)]})}
        with self.repository as repository:
            known = repository.tree(self.head()).read(f"people/{person}.yaml") is not None
        if not known:
            files[f"people/{person}.yaml"] = self.person(person)
        return self.commit(files)

    def end_membership(self, site: str, person: str, at: str) -> str:
        """End everything a person is on one Board."""
        board = self.read(f"boards/{site}.yaml")
        members = [{**m, "valid_to": at} if m["person"] == person else m for m in board["members"]]
        return self.change(f"boards/{site}.yaml", members=members)

    def revoke(self, person: str, at: datetime, *, by: str = "ha-operator", site: str | None = None) -> str:
        """Take a person's access away at once, as `congtin board revoke` does; return the commit."""
        with self.repository as repository:
            done = revoke(repository, person, reason="Thử (trình diễn)", key_file=self.key(by), at=at, site=site)
        return done.commit

    def write_trust(self, *, content_root: str, roster_root: str | None = None) -> Path:
        """Write the trust root anew; what is not named stays."""
        data = {
            "content_root": content_root,
            "roster_root": roster_root or yaml.safe_load(self.trust_file.read_text("utf-8"))["roster_root"],
            "root_keys": [self.public("ha-authority").line],
            "service_keys": [{"key": self.public("service").line, "valid_from": FROM}],
        }
        self.trust_file.write_text(dump(data), "utf-8")
        return self.trust_file


def dump(data: Mapping[str, object]) -> str:
    """Return data as YAML."""
    return yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False, width=10_000)
