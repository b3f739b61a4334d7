"""What all forges have in common: pull requests, reviews, comments, statuses, and what can go wrong."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from congtin.errors import CongtinError, Problem, UsageError
from congtin.messages import Msg, msg

STATUS = "editorial-board"
MAIN = "main"
_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class ForgeKind(enum.StrEnum):
    """The forges there are adapters for; Forgejo speaks Gitea's language."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"
    FORGEJO = "forgejo"


class ForgeError(CongtinError):
    """A forge did not do what it was asked, or cannot be understood."""


class NoAnswer(ForgeError):
    """The forge was not reached, or did not answer in time; whether it acted is not known."""


class RateLimited(ForgeError):
    """The forge takes no more requests for longer than we wait."""


class NotFound(ForgeError):
    """The forge knows no such thing, or does not show it to our account."""


class Refused(ForgeError):
    """The forge understood, and said no; ``status`` is HTTP's."""

    def __init__(self, message: Msg, hint: Msg | None = None, status: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status


class HeadMoved(ForgeError):
    """The pull request has another head than the one that was approved; nothing was merged."""


class ReviewState(enum.StrEnum):
    """What a review says. Only the first three decide anything; the rest is talk."""

    APPROVED = "approved"
    CHANGES_REQUESTED = "changes-requested"
    TAKEN_BACK = "taken-back"
    COMMENTED = "commented"


@dataclass(frozen=True)
class Review:
    """One review as the forge tells it; ``commit`` is empty and times are None where the forge tells none."""

    id: str
    login: str
    user_id: int | None
    commit: str
    state: ReviewState
    submitted_at: datetime | None
    dismissed: bool = False
    stale: bool = False


@dataclass(frozen=True)
class Comment:
    """One comment; ``foreign`` when somebody else may have written its text: edited, imported, made by a program."""

    id: str
    login: str
    user_id: int | None
    body: str
    created_at: datetime
    foreign: bool = False


@dataclass(frozen=True)
class PullRequest:
    """A pull request (merge request) as it is now."""

    number: int
    branch: str
    target: str
    head: str
    state: str
    """``open``, ``closed`` or ``merged``."""
    login: str
    user_id: int | None
    url: str
    merged_as: str = ""
    own: bool = True
    """Its branch lies in the repository itself, not in a fork."""


@dataclass(frozen=True)
class Conversation:
    """All that a forge says about one pull request that can bear on an Approval."""

    pull: PullRequest
    reviews: tuple[Review, ...]
    comments: tuple[Comment, ...]
    retargeted_at: datetime | None = None
    """When it was last aimed at another branch: what a reviewer saw before that was another difference."""


class StatusState(enum.StrEnum):
    """What the status `editorial-board` on a commit says."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True)
class Status:
    """The gate's answer in the form forges show: at most 140 characters of text."""

    state: StatusState
    description: str
    url: str = ""

    @property
    def short(self) -> str:
        text = " ".join(self.description.split())
        return text if len(text) <= 140 else text[:139] + "…"


class Forge(Protocol):
    """One repository on one forge. Every method raises ForgeError when the forge does not do it."""

    kind: ForgeKind
    repository: str

    def open(self, branch: str, title: str, body: str) -> PullRequest:
        """Open a pull request of a branch into main; return the one that is open already."""

    def pull_request(self, number: int) -> PullRequest:
        """Return a pull request as it is now."""

    def find(self, branch: str) -> PullRequest | None:
        """Return the open pull request of a branch of this repository into main."""

    def conversation(self, number: int) -> Conversation:
        """Return a pull request with all its reviews and comments, every page of them."""

    def comment(self, number: int, text: str) -> None:
        """Write below a pull request."""

    def close(self, number: int) -> None:
        """Close a pull request whose Change was rejected or withdrawn; its preview goes with it."""

    def post_status(self, commit: str, status: Status) -> None:
        """Post the status `editorial-board` on a commit."""

    def merge(self, number: int, head: str, title: str, message: str) -> str:
        """Merge exactly this head with a merge commit and return that commit; raise HeadMoved on any other head."""

    def branch_head(self, branch: str) -> str | None:
        """Return the commit a branch stands at; None when there is no such branch."""

    def protect(self, account: str) -> Sequence[Problem]:
        """Let only this account merge into main, and only so; return what could not be set or is still open."""


def require_oid(commit: str) -> str:
    """Return a full commit id; raise UsageError when it is none: short ids and names can come to mean another."""
    if not _OID.fullmatch(commit):
        raise UsageError(
            msg("“{commit}” is no full commit id.", commit=commit[:80]),
            msg("Write all 40 characters, as `git rev-parse` prints them."),
        )
    return commit


def not_merged(forge: Forge, number: int, head: str, refusal: ForgeError) -> str:
    """Return the merge commit when the pull request is merged after all; else raise the reason in our words.

    A forge answers 405 or 409 for many reasons, and an answer can be lost on the way: only a second look tells.
    """
    now = forge.pull_request(number)
    if now.state == "merged" and now.head != head:
        raise ForgeError(
            msg("Pull request {number} was merged at {now}, not at {head}.", number=number, now=now.head, head=head),
            msg("Somebody else merged it. Publish nothing until `congtin verify` passes."),
        ) from refusal
    if now.head != head:
        raise HeadMoved(
            msg(
                "Pull request {number} has a new head {now}; approved was {head}.",
                number=number,
                now=now.head,
                head=head,
            ),
            msg("Nothing was merged. The new head needs new approvals."),
        ) from refusal
    if now.state == "merged" and now.merged_as:
        return now.merged_as
    raise refusal
