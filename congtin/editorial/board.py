"""What the files of `roster.git` hold: people with their keys, Boards with their members, who runs the system.

Everything has dates. A bare date begins at 00:00 in Hà Nội; as an end it counts to the end of that day.
"""

from __future__ import annotations

import enum
import re
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from congtin.network.options import Words
from congtin.validation import Day, Moment, StrictModel, Url, parse_time

NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_SCOPE = re.compile(r"(?:[^/\\*?\[\]]+/)*[^/\\*?\[\]]+/?")


def _parse_end(value: object) -> datetime:
    """Return the moment from which something is over: a bare date is its last day (“đến hết ngày …”)."""
    moment = parse_time(value)
    whole_day = isinstance(value, str) and len(value) == len("2026-01-01")
    return moment + timedelta(days=1) if whole_day else moment


def _parse_scope(value: str) -> str:
    if not _SCOPE.fullmatch(value) or {".", "..", ".git"} & set(value.split("/")):
        raise PydanticCustomError("bad_form", "bad form")
    return value.rstrip("/")


End = Annotated[datetime, BeforeValidator(_parse_end)]
PersonId = Annotated[str, Field(pattern=f"^{NAME}$", max_length=60)]
Scope = Annotated[str, AfterValidator(_parse_scope)]
Login = Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=80)]


class BoardRole(enum.StrEnum):
    """What a person is for a Site (E2, E11, E12); the last three make up the Board (E4)."""

    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    DESK = "desk"
    MEMBER = "member"
    DEPUTY = "deputy"
    HEAD = "head"


APPROVING = frozenset({BoardRole.MEMBER, BoardRole.DEPUTY, BoardRole.HEAD})


class Forge(enum.StrEnum):
    """Forges on which people have accounts; Forgejo's are Gitea's."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"


class Dated(StrictModel):
    """Something that holds from one moment until just before another (E5)."""

    valid_from: Moment
    valid_to: End | None = None

    def holds(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)

    @property
    def in_order(self) -> bool:
        """Tell whether it does not end before it begins."""
        return self.valid_to is None or self.valid_from <= self.valid_to

    def overlaps(self, other: Dated) -> bool:
        """Tell whether there is a moment at which both hold; a span that ends where it begins has none."""
        starts, ends = max(self.valid_from, other.valid_from), [s.valid_to for s in (self, other) if s.valid_to]
        return not ends or starts < min(ends)


class Revocation(StrictModel):
    """Since when a key counts no more, and why; it may lie before the day it was written."""

    at: Moment
    reason: Words


class Key(Dated):
    """An SSH public key of a person."""

    key: Words
    revoked: Revocation | None = None

    def holds(self, at: datetime) -> bool:
        return super().holds(at) and (self.revoked is None or at < self.revoked.at)


class Training(StrictModel):
    """One training a person took part in (O1)."""

    date: Day
    topic: Words


class Handover(StrictModel):
    """How a person's accounts were handed over on leaving (E9)."""

    date: Day
    to: PersonId
    record: Words
    """Where the signed record is kept."""


class Account(StrictModel):
    """A person's account on a forge; the number stays when somebody else takes over a login that was given up."""

    login: Login
    id: Annotated[int, Field(ge=1)] | None = None


def _as_account(value: object) -> object:
    return {"login": value} if isinstance(value, str) else value


class Person(Dated):
    """One human being: one file, however many keys, accounts and Boards (E7, E9)."""

    name: Words
    keys: list[Key] = Field(min_length=1)
    forges: dict[Annotated[Forge, Field(strict=False)], Annotated[Account, BeforeValidator(_as_account)]] = {}
    training: list[Training] = []
    handover: Handover | None = None
    demonstration: bool = False


class BoardDecision(StrictModel):
    """The decision that set up a Board (E3)."""

    number: Words
    date: Day
    issuer: Words
    valid_to: End | None = None


class CompositionException(StrictModel):
    """Allows a Board without deputy or member for a while, by a decision (E4, E22)."""

    decision: Words
    until: End


class Member(Dated):
    """What a person is on one Board, by which decision, over which paths (E2)."""

    person: PersonId
    role: BoardRole = Field(strict=False)
    scope: list[Scope] = []
    """Files and folders of the content repository; everything of the Board when there is none."""
    decision: Words

    def covers(self, path: str) -> bool:
        return not self.scope or any(path == part or path.startswith(f"{part}/") for part in self.scope)


class Board(StrictModel):
    """The Editorial Board of one Site (E1–E4)."""

    decision: BoardDecision
    rules_url: Url | None = None
    composition_exception: CompositionException | None = None
    members: list[Member] = Field(min_length=1)
    ended: End | None = None
    """When the Board was dissolved."""

    def in_office(self, at: datetime) -> bool:
        return all(end is None or at < end for end in (self.ended, self.decision.valid_to))


class Post(Dated):
    """A person who holds a post for the whole system."""

    person: PersonId
    decision: Words


class Operations(StrictModel):
    """Who runs the system (E6, E10)."""

    operators: list[Post] = []
    technical_reviewers: list[Post] = []
    infrastructure_admins: list[Post] = []
    content_admins: list[Post] = []
    roster_authorities: list[Post] = []


class Provider(StrictModel):
    """Who provided Items, in full (D6); never leaves the private repository."""

    unit: Words
    name: Words
    title: Words
    email: Words | None = None
    phone: Words | None = None
    address: Words | None = None
    items: list[Words] = []
    consent: Words | None = None
    """The author's written consent to the use of the text, where it was given (D7)."""


class Incident(StrictModel):
    """Access taken away first, and reported then (E8)."""

    at: Moment
    person: PersonId
    operator: PersonId | None = None
    reason: Words
    boards: list[str] = []
    reported_to: Words | None = None
