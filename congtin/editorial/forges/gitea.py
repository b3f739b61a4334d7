"""Gitea and Forgejo; shapes from their sources and clients. Not seen live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

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
from congtin.editorial.forges.protect_gitea import protect
from congtin.errors import Problem
from congtin.messages import msg

# REQUEST_REVIEW rows stand among the reviews too: they say that somebody was asked, not what he answered.
_STATES = {"APPROVED": ReviewState.APPROVED, "REQUEST_CHANGES": ReviewState.CHANGES_REQUESTED}
_DECIDED = frozenset(_STATES.values())


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
    merged: bool = False
    merge_commit_sha: Oid | None = None
    head: _End
    base: _End
    user: _User | None = None
    html_url: str


class _Review(Shape):
    id: int
    user: _User | None = None
    state: str
    commit_id: str = ""
    stale: bool = False
    dismissed: bool = False
    submitted_at: AwareDatetime | None = None


class _Comment(Shape):
    id: int
    user: _User | None = None
    body: str = ""
    created_at: AwareDatetime
    updated_at: AwareDatetime
    original_author: str = ""


class _Event(Shape):
    type: str
    created_at: AwareDatetime


class _Head(Shape):
    id: Oid


class _Branch(Shape):
    commit: _Head


class Gitea:
    """One repository on Gitea or Forgejo; see `models.Forge`."""

    def __init__(
        self,
        address: str,
        repository: str,
        token: str,
        patience: Patience | None = None,
        kind: ForgeKind = ForgeKind.GITEA,
    ) -> None:
        self.kind = kind
        self.repository = repository
        self._at = f"/repos/{repository}"
        self.client = Client(f"{address.rstrip('/')}/api/v1", {"Authorization": f"token {token}"}, patience)

    def open(self, branch: str, title: str, body: str) -> PullRequest:
        data = {"head": branch, "base": MAIN, "title": title, "body": body}
        try:
            answer = self.client.send("POST", f"{self._at}/pulls", data)
        except Refused as refusal:
            if refusal.status in {409, 422} and (there := self.find(branch)):
                return there
            raise
        except NoAnswer:
            if there := self.find(branch):
                return there
            raise
        return self._pull(answer)

    def find(self, branch: str) -> PullRequest | None:
        pulls = [self._pull(one) for one in self._pages("/pulls", state="open")]
        return next((p for p in pulls if p.own and p.branch == branch and p.target == MAIN), None)

    def pull_request(self, number: int) -> PullRequest:
        return self._pull(self.client.get(f"{self._at}/pulls/{number}"))

    def conversation(self, number: int) -> Conversation:
        pull = self.pull_request(number)
        reviews = self._pages(f"/pulls/{number}/reviews")
        comments = self._pages(f"/issues/{number}/comments")
        events = read_all(_Event, self._pages(f"/issues/{number}/timeline"), "timeline")
        return Conversation(
            pull,
            tuple(_review(one) for one in read_all(_Review, reviews, "reviews")),
            tuple(_comment(one) for one in read_all(_Comment, comments, "comments")),
            max((event.created_at for event in events if event.type == "change_target_branch"), default=None),
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
        data = {
            "Do": "merge",
            "head_commit_id": require_oid(head),
            "MergeTitleField": title,
            "MergeMessageField": message,
            # A merge that waits for its checks is made later without looking at the head again.
            "merge_when_checks_succeed": False,
            "force_merge": False,
            "delete_branch_after_merge": False,
        }
        refusal: ForgeError = ForgeError(msg("The forge did not merge."))
        try:
            self.client.send("POST", f"{self._at}/pulls/{number}/merge", data)
        except (Refused, NoAnswer) as error:
            refusal = error
        # It answers nothing but 200: the merge commit stands in the pull request.
        return not_merged(self, number, head, refusal)

    def branch_head(self, branch: str) -> str | None:
        try:
            data = self.client.get(f"{self._at}/branches/{quote(branch, safe='')}")
        except NotFound:
            return None
        return read(_Branch, data, "branch").commit.id

    def protect(self, account: str) -> Sequence[Problem]:
        return protect(self.client, self.repository, account)

    def _pages(self, path: str, **parameters: str) -> list[Any]:
        return self.client.pages(f"{self._at}{path}", size="limit", **parameters)

    def _pull(self, data: Any) -> PullRequest:
        pull = read(_Pull, data, "pull request")
        home = pull.head.repo.full_name if pull.head.repo else ""
        return PullRequest(
            number=pull.number,
            branch=pull.head.ref,
            target=pull.base.ref,
            head=pull.head.sha,
            state="merged" if pull.merged else pull.state,
            login=pull.user.login if pull.user else "",
            user_id=pull.user.id if pull.user else None,
            url=pull.html_url,
            merged_as=(pull.merge_commit_sha or "") if pull.merged else "",
            own=home.lower() == self.repository.lower(),
        )


def _review(review: _Review) -> Review:
    state = _STATES.get(review.state, ReviewState.COMMENTED)
    return Review(
        id=str(review.id),
        login=review.user.login if review.user else "",
        user_id=review.user.id if review.user else None,
        commit=review.commit_id,
        state=ReviewState.TAKEN_BACK if review.dismissed and state in _DECIDED else state,
        submitted_at=review.submitted_at,
        dismissed=review.dismissed,
        stale=review.stale,
    )


def _comment(comment: _Comment) -> Comment:
    return Comment(
        id=str(comment.id),
        login=comment.user.login if comment.user else "",
        user_id=comment.user.id if comment.user else None,
        body=comment.body,
        created_at=comment.created_at,
        # Whoever may write issues may edit what others said; what was imported was said elsewhere.
        foreign=comment.updated_at != comment.created_at or bool(comment.original_author),
    )
