"""What a forge's message says, in one form for all forges; unknown fields and kinds of message do no harm."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from congtin.editorial.forges.models import MAIN, ForgeKind


class EventType(enum.StrEnum):
    """What congtin's service has to look at."""

    REVIEW = "review"
    """Somebody reviewed, or took a review back: read the conversation again."""
    COMMENT = "comment"
    """Somebody commented, perhaps with a digest: read the conversation again."""
    PULL_REQUEST = "pull-request"
    """Opened, changed, aimed at another branch, closed: look at it again; its preview may have to go."""
    PUSH = "push"
    """A branch moved; main may only be moved by us."""
    OTHER = "other"


@dataclass(frozen=True)
class Event:
    """One message. Nothing here may be believed further than “look there”."""

    type: EventType
    repository: str
    login: str = ""
    action: str = ""
    number: int = 0
    """Of the pull request; 0 when there is none."""
    branch: str = ""
    before: str = ""
    after: str = ""

    @property
    def closes(self) -> bool:
        """Tell whether the pull request is done with, merged or not: its preview goes."""
        return self.type is EventType.PULL_REQUEST and self.action in {"closed", "close", "merge"}

    def is_foreign(self, account: str) -> bool:
        """Tell whether somebody else than congtin's account moved main: publishing stops until it verifies."""
        return self.type is EventType.PUSH and self.branch == MAIN and self.login.lower() != account.lower()


def parse_event(kind: ForgeKind, name: str, data: Mapping[str, Any]) -> Event:
    """Return what a message says; ``name`` is what the forge's header calls it."""
    if kind is ForgeKind.GITLAB:
        return _gitlab(data)
    repository = _text(data, "repository", "full_name")
    login = _text(data, "sender", "login")
    if name == "push":
        branch = _text(data, "ref").removeprefix("refs/heads/")
        pusher = _text(data, "pusher", "name" if kind is ForgeKind.GITHUB else "login")
        return Event(
            EventType.PUSH, repository, pusher or login, "", 0, branch, _text(data, "before"), _text(data, "after")
        )
    number = _number(data, "pull_request", "number") or _number(data, "number")
    action = _text(data, "action")
    branch, head = _text(data, "pull_request", "head", "ref"), _text(data, "pull_request", "head", "sha")
    if name.startswith("pull_request_review") or (name.startswith("pull_request") and "review" in data):
        return Event(EventType.REVIEW, repository, login, action, number, branch, after=head)
    if name in {"issue_comment", "pull_request_comment"}:
        on_pull = number or (_number(data, "issue", "number") if _is_pull(data) else 0)
        kind_of = EventType.COMMENT if on_pull else EventType.OTHER
        return Event(kind_of, repository, login, action, on_pull)
    if name.startswith("pull_request"):
        return Event(EventType.PULL_REQUEST, repository, login, action, number, branch, after=head)
    return Event(EventType.OTHER, repository, login, action)


def _gitlab(data: Mapping[str, Any]) -> Event:
    repository = _text(data, "project", "path_with_namespace")
    login = _text(data, "user", "username") or _text(data, "user_username")
    match data.get("object_kind"):
        case "push":
            branch = _text(data, "ref").removeprefix("refs/heads/")
            return Event(EventType.PUSH, repository, login, "", 0, branch, _text(data, "before"), _text(data, "after"))
        case "note":
            number = _number(data, "merge_request", "iid")
            return Event(EventType.COMMENT if number else EventType.OTHER, repository, login, "", number)
        case "merge_request":
            action = _text(data, "object_attributes", "action")
            kind = EventType.REVIEW if action in _GITLAB_REVIEWS else EventType.PULL_REQUEST
            return Event(
                kind,
                repository,
                login,
                action,
                _number(data, "object_attributes", "iid"),
                _text(data, "object_attributes", "source_branch"),
                after=_text(data, "object_attributes", "last_commit", "id"),
            )
    return Event(EventType.OTHER, repository, login)


_GITLAB_REVIEWS = frozenset({"approved", "approval", "unapproved", "unapproval"})


def _is_pull(data: Mapping[str, Any]) -> bool:
    issue = data.get("issue")
    return data.get("is_pull") is True or (isinstance(issue, dict) and isinstance(issue.get("pull_request"), dict))


def _at(data: Mapping[str, Any], steps: tuple[str, ...]) -> object:
    value: object = data
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(data: Mapping[str, Any], *steps: str) -> str:
    value = _at(data, steps)
    return value[:300] if isinstance(value, str) else ""


def _number(data: Mapping[str, Any], *steps: str) -> int:
    value = _at(data, steps)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53 else 0
