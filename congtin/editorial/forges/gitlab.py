"""GitLab, its free edition included; shapes from its documentation and python-gitlab. Not seen live.

Its approvals name no commit, so none of them becomes an Approval: members sign, or comment the digest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
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
    StatusState,
    not_merged,
    require_oid,
)
from congtin.editorial.forges.protect_gitlab import protect
from congtin.errors import Problem
from congtin.messages import msg

_STATUS = {StatusState.PENDING: "pending", StatusState.SUCCESS: "success", StatusState.FAILURE: "failed"}
_REVIEWER = {"requested_changes": ReviewState.CHANGES_REQUESTED, "unapproved": ReviewState.TAKEN_BACK}


class _User(Shape):
    id: int
    username: str


class _Request(Shape):
    iid: int
    state: str
    sha: Oid | None = None
    source_branch: str
    target_branch: str
    source_project_id: int | None = None
    target_project_id: int | None = None
    author: _User | None = None
    web_url: str
    merge_commit_sha: Oid | None = None


class _Approval(Shape):
    user: _User
    approved_at: AwareDatetime | None = None


class _Approvals(Shape):
    approved_by: list[_Approval] = []


class _Reviewer(Shape):
    user: _User
    state: str


class _Note(Shape):
    id: int
    body: str
    author: _User | None = None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    system: bool = False
    imported: bool = False


class _Head(Shape):
    id: Oid


class _Branch(Shape):
    commit: _Head


class GitLab:
    """One project on GitLab; see `models.Forge`."""

    kind = ForgeKind.GITLAB

    def __init__(self, address: str, repository: str, token: str, patience: Patience | None = None) -> None:
        self.repository = repository
        self._at = f"/projects/{quote(repository, safe='')}"
        self.client = Client(f"{address.rstrip('/')}/api/v4", {"PRIVATE-TOKEN": token}, patience)

    def open(self, branch: str, title: str, body: str) -> PullRequest:
        data = {
            "source_branch": branch,
            "target_branch": MAIN,
            "title": title,
            "description": body,
            "squash": False,
            "remove_source_branch": False,
        }
        try:
            answer = self.client.send("POST", f"{self._at}/merge_requests", data)
        except Refused as refusal:
            if refusal.status == 409 and (there := self.find(branch)):
                return there
            raise
        except NoAnswer:
            if there := self.find(branch):
                return there
            raise
        return _pull(answer)

    def find(self, branch: str) -> PullRequest | None:
        found = self.client.pages(
            f"{self._at}/merge_requests", state="opened", source_branch=branch, target_branch=MAIN
        )
        pulls = [_pull(one) for one in found]
        return next((p for p in pulls if p.own and p.branch == branch and p.target == MAIN), None)

    def pull_request(self, number: int) -> PullRequest:
        return _pull(self.client.get(f"{self._at}/merge_requests/{number}"))

    def conversation(self, number: int) -> Conversation:
        pull = self.pull_request(number)
        notes = self.client.pages(f"{self._at}/merge_requests/{number}/notes", sort="asc", order_by="created_at")
        said = (note for note in read_all(_Note, notes, "notes") if not note.system)
        return Conversation(pull, tuple(self._reviews(number)), tuple(_comment(note) for note in said))

    def _reviews(self, number: int) -> Iterator[Review]:
        at = f"{self._at}/merge_requests/{number}"
        for one in read(_Approvals, self.client.get(f"{at}/approvals"), "approvals").approved_by:
            yield _review(f"approval-{one.user.id}", one.user, ReviewState.APPROVED, one.approved_at)
        for entry in read_all(_Reviewer, self.client.pages(f"{at}/reviewers"), "reviewers"):
            if state := _REVIEWER.get(entry.state):
                yield _review(f"reviewer-{entry.user.id}", entry.user, state, None)

    def comment(self, number: int, text: str) -> None:
        self.client.send("POST", f"{self._at}/merge_requests/{number}/notes", {"body": text})

    def close(self, number: int) -> None:
        self.client.send("PUT", f"{self._at}/merge_requests/{number}", {"state_event": "close"})

    def post_status(self, commit: str, status: Status) -> None:
        data = {"state": _STATUS[status.state], "name": STATUS, "description": status.short}
        if status.url:
            data["target_url"] = status.url
        try:
            self.client.send("POST", f"{self._at}/statuses/{require_oid(commit)}", data)
        except Refused as refusal:
            # GitLab refuses to set the state that a status has already.
            if refusal.status != 400 or "Cannot transition status" not in str(refusal.message):
                raise

    def merge(self, number: int, head: str, title: str, message: str) -> str:
        data = {
            "sha": require_oid(head),
            "squash": False,
            "should_remove_source_branch": False,
            "merge_commit_message": f"{title}\n\n{message}".strip() + "\n",
        }
        try:
            merged = _pull(self.client.send("PUT", f"{self._at}/merge_requests/{number}/merge", data))
        except (Refused, NoAnswer) as refusal:
            return not_merged(self, number, head, refusal)
        if not merged.merged_as:
            return not_merged(self, number, head, ForgeError(msg("The forge did not merge.")))
        return merged.merged_as

    def branch_head(self, branch: str) -> str | None:
        try:
            data = self.client.get(f"{self._at}/repository/branches/{quote(branch, safe='')}")
        except NotFound:
            return None
        return read(_Branch, data, "branch").commit.id

    def protect(self, account: str) -> Sequence[Problem]:
        return protect(self.client, self.repository, account)


def _pull(data: Any) -> PullRequest:
    request = read(_Request, data, "merge request")
    merged = request.state == "merged"
    return PullRequest(
        number=request.iid,
        branch=request.source_branch,
        target=request.target_branch,
        head=request.sha or "",
        state="merged" if merged else "open" if request.state == "opened" else "closed",
        login=request.author.username if request.author else "",
        user_id=request.author.id if request.author else None,
        url=request.web_url,
        merged_as=(request.merge_commit_sha or "") if merged else "",
        own=request.source_project_id is not None and request.source_project_id == request.target_project_id,
    )


def _review(identity: str, user: _User, state: ReviewState, at: datetime | None) -> Review:
    taken_back = state is ReviewState.TAKEN_BACK
    return Review(identity, user.username, user.id, "", state, at, dismissed=taken_back)


def _comment(note: _Note) -> Comment:
    return Comment(
        id=str(note.id),
        login=note.author.username if note.author else "",
        user_id=note.author.id if note.author else None,
        body=note.body,
        created_at=note.created_at,
        # Maintainers may edit what others said, and imports may say anything in anybody's name.
        foreign=note.updated_at != note.created_at or note.imported,
    )
