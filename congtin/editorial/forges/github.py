"""GitHub and GitHub Enterprise Server; shapes from GitHub's published description and PyGithub. Not seen live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import AwareDatetime

from congtin.editorial.forges.client import Client, Oid, Patience, Shape, read, read_all
from congtin.editorial.forges.models import (
    MAIN,
    STATUS,
    Comment,
    Conversation,
    ForgeError,
    ForgeKind,
    NoAnswer,
    NotFound,
    PullRequest,
    Refused,
    Review,
    ReviewState,
    Status,
    not_merged,
    require_oid,
)
from congtin.editorial.forges.protect_github import protect
from congtin.errors import Problem
from congtin.messages import msg

_STATES = {"APPROVED": ReviewState.APPROVED, "CHANGES_REQUESTED": ReviewState.CHANGES_REQUESTED}


class _User(Shape):
    login: str
    id: int


class _Repository(Shape):
    full_name: str


class _End(Shape):
    ref: str
    sha: Oid
    repo: _Repository | None = None


class _Pull(Shape):
    number: int
    state: str
    merged_at: AwareDatetime | None = None
    merge_commit_sha: Oid | None = None
    head: _End
    base: _End
    user: _User | None = None
    html_url: str


class _Review(Shape):
    id: int
    user: _User | None = None
    state: str
    commit_id: str | None = None
    submitted_at: AwareDatetime | None = None


class _Comment(Shape):
    id: int
    user: _User | None = None
    body: str | None = None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    performed_via_github_app: dict[str, Any] | None = None


class _Event(Shape):
    event: str | None = None
    created_at: AwareDatetime | None = None


class _Merged(Shape):
    sha: Oid
    merged: bool


class _Branch(Shape):
    commit: _Object


class _Object(Shape):
    sha: Oid


class GitHub:
    """One repository on GitHub; see `models.Forge`."""

    kind = ForgeKind.GITHUB

    def __init__(self, address: str, repository: str, token: str, patience: Patience | None = None) -> None:
        self.repository = repository
        self._at = f"/repos/{repository}"
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        self.client = Client(_interface(address), headers, patience)

    def open(self, branch: str, title: str, body: str) -> PullRequest:
        data = {"title": title, "head": branch, "base": MAIN, "body": body, "maintainer_can_modify": False}
        try:
            answer = self.client.send("POST", f"{self._at}/pulls", data)
        except Refused as refusal:
            if refusal.status == 422 and (there := self.find(branch)):
                return there
            raise
        except NoAnswer:
            if there := self.find(branch):
                return there
            raise
        return self._pull(answer)

    def find(self, branch: str) -> PullRequest | None:
        owner = self.repository.split("/", 1)[0]
        found = self.client.pages(f"{self._at}/pulls", state="open", head=f"{owner}:{branch}", base=MAIN)
        pulls = [self._pull(one) for one in found]
        return next((p for p in pulls if p.own and p.branch == branch and p.target == MAIN), None)

    def pull_request(self, number: int) -> PullRequest:
        return self._pull(self.client.get(f"{self._at}/pulls/{number}"))

    def conversation(self, number: int) -> Conversation:
        pull = self.pull_request(number)
        reviews = self.client.pages(f"{self._at}/pulls/{number}/reviews")
        comments = self.client.pages(f"{self._at}/issues/{number}/comments")
        events = self.client.pages(f"{self._at}/issues/{number}/events")
        aimed = [e.created_at for e in read_all(_Event, events, "events") if e.event in _RETARGETED and e.created_at]
        return Conversation(
            pull,
            tuple(_review(one) for one in read_all(_Review, reviews, "reviews")),
            tuple(_comment(one) for one in read_all(_Comment, comments, "comments")),
            max(aimed, default=None),
        )

    def comment(self, number: int, text: str) -> None:
        self.client.send("POST", f"{self._at}/issues/{number}/comments", {"body": text})

    def close(self, number: int) -> None:
        self.client.send("PATCH", f"{self._at}/pulls/{number}", {"state": "closed"})

    def post_status(self, commit: str, status: Status) -> None:
        data = {"state": status.state.value, "context": STATUS, "description": status.short}
        if status.url:
            data["target_url"] = status.url
        self.client.send("POST", f"{self._at}/statuses/{require_oid(commit)}", data)

    def merge(self, number: int, head: str, title: str, message: str) -> str:
        data = {"sha": require_oid(head), "merge_method": "merge", "commit_title": title, "commit_message": message}
        try:
            merged = read(_Merged, self.client.send("PUT", f"{self._at}/pulls/{number}/merge", data), "merge")
        except (Refused, NoAnswer) as refusal:
            return not_merged(self, number, head, refusal)
        if not merged.merged:
            return not_merged(self, number, head, ForgeError(msg("The forge did not merge.")))
        return merged.sha

    def branch_head(self, branch: str) -> str | None:
        try:
            data = self.client.get(f"{self._at}/branches/{quote(branch, safe='')}")
        except NotFound:
            return None
        return read(_Branch, data, "branch").commit.sha

    def protect(self, account: str) -> Sequence[Problem]:
        return protect(self.client, self.repository, account)

    def _pull(self, data: Any) -> PullRequest:
        pull = read(_Pull, data, "pull request")
        # A pull request that is closed names a merge commit too: that of a merge that was only tried.
        merged = pull.merged_at is not None
        home = pull.head.repo.full_name if pull.head.repo else ""
        return PullRequest(
            number=pull.number,
            branch=pull.head.ref,
            target=pull.base.ref,
            head=pull.head.sha,
            state="merged" if merged else pull.state,
            login=pull.user.login if pull.user else "",
            user_id=pull.user.id if pull.user else None,
            url=pull.html_url,
            merged_as=(pull.merge_commit_sha or "") if merged else "",
            own=home.lower() == self.repository.lower(),
        )


_RETARGETED = frozenset({"base_ref_changed", "automatic_base_change_succeeded", "base_ref_force_pushed"})


def _review(review: _Review) -> Review:
    dismissed = review.state == "DISMISSED"
    state = ReviewState.TAKEN_BACK if dismissed else _STATES.get(review.state, ReviewState.COMMENTED)
    return Review(
        id=str(review.id),
        login=review.user.login if review.user else "",
        user_id=review.user.id if review.user else None,
        commit=review.commit_id or "",
        state=state,
        submitted_at=review.submitted_at,
        dismissed=dismissed,
    )


def _comment(comment: _Comment) -> Comment:
    return Comment(
        id=str(comment.id),
        login=comment.user.login if comment.user else "",
        user_id=comment.user.id if comment.user else None,
        body=comment.body or "",
        created_at=comment.created_at,
        # Whoever may write to a repository may also edit what others said there.
        foreign=comment.updated_at != comment.created_at or comment.performed_via_github_app is not None,
    )


def _interface(address: str) -> str:
    """Return where the interface is: api.github.com for github.com, below /api/v3 for a server of one's own."""
    if urlsplit(address).hostname in {"github.com", "www.github.com", "api.github.com"}:
        return "https://api.github.com"
    return f"{address.rstrip('/')}/api/v3"
