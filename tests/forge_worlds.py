"""One pull request as each of the three kinds of forge shows it. Shapes from documents and clients; not seen live."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any
from urllib.parse import quote

from forge_server import HEAD, MERGE, NOON, TOKEN, Answer, Asked, ForgeServer, paged

from congtin.editorial.forges.client import Patience
from congtin.editorial.forges.gitea import Gitea
from congtin.editorial.forges.github import GitHub
from congtin.editorial.forges.gitlab import GitLab
from congtin.editorial.forges.models import Forge, ForgeKind

REPOSITORY = "city/content"
BRANCH = "change/aaaabbbbcccc"


class World(ABC):
    """A forge with pull request 7; what a test changes, the next answer shows."""

    kind: ForgeKind
    wrong_head = 409

    def __init__(self, server: ForgeServer) -> None:
        self.server = server
        self.head = HEAD
        self.state = "open"
        self.merged_as = ""
        self.opened = True
        self.reviews: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.settings: dict[str, Any] = {}
        self.rule: dict[str, Any] | None = None
        self.serve()

    @abstractmethod
    def forge(self, patience: Patience | None = None) -> Forge:
        """Return the adapter that is tested."""

    @abstractmethod
    def serve(self) -> None:
        """Put the answers on the server."""

    def pulls(self, asked: Asked) -> Any:
        return paged([self.pull()] if self.opened else [])(asked)

    @abstractmethod
    def pull(self) -> dict[str, Any]:
        """Return the pull request as this forge writes it."""

    def merge(self, asked: Asked) -> Answer:
        given = asked.data.get("sha") or asked.data.get("head_commit_id")
        if given != self.head:
            return Answer(self.wrong_head, {"message": "Head branch was modified. Review and try the merge again."})
        self.state, self.merged_as = "merged", MERGE
        return self.merge_answer()

    @abstractmethod
    def merge_answer(self) -> Answer:
        """Return what this forge says after a merge."""

    def close(self, asked: Asked) -> Answer:
        assert asked.data in ({"state": "closed"}, {"state_event": "close"})
        self.state = "closed"
        return Answer(200, self.pull())


def user(login: str, number: int) -> dict[str, Any]:
    return {"login": login, "id": number, "type": "User", "site_admin": False}


class GitHubWorld(World):
    kind = ForgeKind.GITHUB

    def forge(self, patience: Patience | None = None) -> GitHub:
        return GitHub(self.server.address, REPOSITORY, TOKEN, patience)

    def pull(self) -> dict[str, Any]:
        return {
            "number": 7,
            "state": "open" if self.state == "open" else "closed",
            "draft": False,
            "merged_at": NOON if self.state == "merged" else None,
            # As GitHub does: of an open one, a merge that was only tried.
            "merge_commit_sha": self.merged_as or "e" * 40,
            "head": {"ref": BRANCH, "sha": self.head, "label": f"city:{BRANCH}", "repo": {"full_name": "City/content"}},
            "base": {"ref": "main", "sha": "f" * 40, "label": "city:main", "repo": {"full_name": "City/content"}},
            "user": user("congtin-bot", 1),
            "html_url": "https://github.com/city/content/pull/7",
        }

    def serve(self) -> None:
        at = "/api/v3/repos/city/content"
        on = self.server.on
        on("POST", f"{at}/pulls", self.open)
        on("GET", f"{at}/pulls", self.pulls)
        on("GET", f"{at}/pulls/7", lambda asked: self.pull())
        on("GET", f"{at}/pulls/7/reviews", paged(self.reviews))
        on("GET", f"{at}/issues/7/comments", paged(self.comments))
        on("GET", f"{at}/issues/7/events", paged(self.events))
        on("POST", f"{at}/issues/7/comments", lambda asked: Answer(201, {"id": 1}))
        on("PATCH", f"{at}/pulls/7", self.close)
        on("POST", f"{at}/statuses/[0-9a-f]+", lambda asked: Answer(201, {"id": 1, "state": asked.data["state"]}))
        on("PUT", f"{at}/pulls/7/merge", self.merge)
        on("GET", f"{at}/branches/main", {"name": "main", "commit": {"sha": "f" * 40}, "protected": True})
        on("PATCH", at, self.patch)
        on("GET", at, lambda asked: {"id": 5, "full_name": "City/content", **self.settings})
        on("PUT", f"{at}/actions/permissions/workflow", Answer(204))
        on("PUT", f"{at}/environments/publish", {"id": 3, "name": "publish"})
        on("PUT", f"{at}/branches/main/protection", self.protect)
        on("GET", f"{at}/branches/main/protection", lambda asked: self.rule)
        on("GET", f"{at}/rules/branches/main", [])

    def open(self, asked: Asked) -> Answer:
        if self.opened:
            errors = [{"resource": "PullRequest", "message": f"A pull request already exists for city:{BRANCH}."}]
            return Answer(422, {"message": "Validation Failed", "errors": errors})
        self.opened = True
        return Answer(201, self.pull())

    def merge_answer(self) -> Answer:
        return Answer(200, {"sha": MERGE, "merged": True, "message": "Pull Request successfully merged"})

    def patch(self, asked: Asked) -> Answer:
        self.settings |= asked.data
        return Answer(200, {"id": 5, **self.settings})

    def protect(self, asked: Asked) -> Answer:
        data = asked.data
        self.rule = {
            "enforce_admins": {"enabled": data["enforce_admins"]},
            "allow_force_pushes": {"enabled": data["allow_force_pushes"]},
            "allow_deletions": {"enabled": data["allow_deletions"]},
            "required_linear_history": {"enabled": data["required_linear_history"]},
            "required_status_checks": {"strict": False, "contexts": data["required_status_checks"]["contexts"]},
            "restrictions": {
                "users": [user(name, 1) for name in data["restrictions"]["users"]],
                "teams": [],
                "apps": [],
            },
        }
        return Answer(200, self.rule)

    def review(self, number: int, login: str, state: str, commit: str = HEAD, at: str = NOON, **more: Any) -> None:
        states = {"approved": "APPROVED", "changes": "CHANGES_REQUESTED", "dismissed": "DISMISSED", "talk": "COMMENTED"}
        self.reviews.append({
            "id": number,
            "user": user(login, more.get("user_id", number + 1000)),
            "body": "",
            "state": states[state],
            "commit_id": commit,
            "submitted_at": at,
            "author_association": "MEMBER",
        })  # fmt: skip

    def say(self, number: int, login: str, body: str, at: str = NOON, edited: str = "") -> None:
        self.comments.append({
            "id": number,
            "user": user(login, number + 1000),
            "body": body,
            "created_at": at,
            "updated_at": edited or at,
            "performed_via_github_app": None,
        })  # fmt: skip


class GiteaWorld(GitHubWorld):
    kind = ForgeKind.FORGEJO

    def forge(self, patience: Patience | None = None) -> Gitea:
        return Gitea(self.server.address, REPOSITORY, TOKEN, patience, ForgeKind.FORGEJO)

    def pull(self) -> dict[str, Any]:
        shown = super().pull()
        merged = self.state == "merged"
        return {**shown, "merged": merged, "merge_commit_sha": self.merged_as or None, "mergeable": True}

    def serve(self) -> None:
        at = "/api/v1/repos/city/content"
        on = self.server.on
        on("POST", f"{at}/pulls", self.open)
        on("GET", f"{at}/pulls", self.pulls)
        on("GET", f"{at}/pulls/7", lambda asked: self.pull())
        on("GET", f"{at}/pulls/7/reviews", paged(self.reviews))
        # This list knows no pages: it comes whole each time.
        on("GET", f"{at}/issues/7/comments", lambda asked: self.comments)
        on("GET", f"{at}/issues/7/timeline", paged(self.events))
        on("POST", f"{at}/issues/7/comments", lambda asked: Answer(201, {"id": 1}))
        on("PATCH", f"{at}/pulls/7", self.close)
        on("POST", f"{at}/statuses/[0-9a-f]+", lambda asked: Answer(201, {"id": 1, "status": asked.data["state"]}))
        on("POST", f"{at}/pulls/7/merge", self.merge)
        on("GET", f"{at}/branches/main", {"name": "main", "commit": {"id": "f" * 40}, "protected": True})
        on("PATCH", at, self.patch)
        on("GET", at, lambda asked: {"id": 5, "full_name": "city/content", **self.settings})
        on("GET", f"{at}/branch_protections/main", lambda asked: self.rule or Answer(404, {"message": "not found"}))
        on("POST", f"{at}/branch_protections", self.protect)
        on("PATCH", f"{at}/branch_protections/main", self.protect)

    def open(self, asked: Asked) -> Answer:
        if self.opened:
            return Answer(409, {"message": "pull request already exists for these targets"})
        self.opened = True
        return Answer(201, self.pull())

    def merge_answer(self) -> Answer:
        return Answer(200)

    def protect(self, asked: Asked) -> Answer:
        # Forgejo does not know Gitea's word for administrators, and passes over what it does not know.
        known = {key: value for key, value in asked.data.items() if key != "block_admin_merge_override"}
        self.rule = {**(self.rule or {}), **known}
        return Answer(201 if asked.method == "POST" else 200, self.rule)

    def review(self, number: int, login: str, state: str, commit: str = HEAD, at: str = NOON, **more: Any) -> None:
        states = {"approved": "APPROVED", "changes": "REQUEST_CHANGES", "dismissed": "APPROVED", "talk": "COMMENT"}
        self.reviews.append({
            "id": number,
            "user": user(login, more.get("user_id", number + 1000)),
            "state": states.get(state, state),
            "body": "",
            "commit_id": commit,
            "stale": more.get("stale", False),
            "official": True,
            "dismissed": state == "dismissed",
            "submitted_at": at,
        })  # fmt: skip

    def say(self, number: int, login: str, body: str, at: str = NOON, edited: str = "") -> None:
        self.comments.append({
            "id": number,
            "user": user(login, number + 1000),
            "original_author": "",
            "original_author_id": 0,
            "body": body,
            "created_at": at,
            "updated_at": edited or at,
        })  # fmt: skip


class GitLabWorld(World):
    kind = ForgeKind.GITLAB

    def __init__(self, server: ForgeServer) -> None:
        self.approved: list[dict[str, Any]] = []
        self.reviewers: list[dict[str, Any]] = []
        self.members = [{"id": 1, "username": "congtin-bot", "access_level": 40, "state": "active"}]
        super().__init__(server)

    def forge(self, patience: Patience | None = None) -> GitLab:
        return GitLab(self.server.address, REPOSITORY, TOKEN, patience)

    def person(self, login: str, number: int) -> dict[str, Any]:
        return {"id": number, "username": login, "name": login.title(), "state": "active"}

    def pull(self) -> dict[str, Any]:
        return {
            "id": 1007,
            "iid": 7,
            "project_id": 5,
            "state": {"open": "opened"}.get(self.state, self.state),
            "sha": self.head,
            "source_branch": BRANCH,
            "target_branch": "main",
            "source_project_id": 5,
            "target_project_id": 5,
            "author": self.person("congtin-bot", 1),
            "web_url": "https://git.example.vn/city/content/-/merge_requests/7",
            "merge_commit_sha": self.merged_as or None,
            "squash_commit_sha": None,
            "detailed_merge_status": "mergeable",
        }

    def serve(self) -> None:
        at = f"/api/v4/projects/{quote(REPOSITORY, safe='')}"
        on = self.server.on
        on("POST", f"{at}/merge_requests", self.open)
        on("GET", f"{at}/merge_requests", self.pulls)
        on("GET", f"{at}/merge_requests/7", lambda asked: self.pull())
        on(
            "GET",
            f"{at}/merge_requests/7/approvals",
            lambda asked: {"id": 1007, "iid": 7, "approved_by": self.approved},
        )
        on("GET", f"{at}/merge_requests/7/reviewers", lambda asked: self.reviewers)
        on("GET", f"{at}/merge_requests/7/notes", paged(self.comments))
        on("PUT", f"{at}/merge_requests/7", self.close)
        on("POST", f"{at}/merge_requests/7/notes", lambda asked: Answer(201, {"id": 1}))
        on("POST", f"{at}/statuses/[0-9a-f]+", lambda asked: Answer(201, {"id": 1, "status": asked.data["state"]}))
        on("PUT", f"{at}/merge_requests/7/merge", self.merge)
        on("GET", f"{at}/repository/branches/main", {"name": "main", "commit": {"id": "f" * 40}})
        on("PUT", at, self.put)
        on("GET", at, lambda asked: {"id": 5, "path_with_namespace": REPOSITORY, **self.settings})
        on("GET", f"{at}/protected_branches/main", lambda asked: self.rule or Answer(404, {"message": "404 Not found"}))
        on("DELETE", f"{at}/protected_branches/main", self.unprotect)
        on("POST", f"{at}/protected_branches", self.protect)
        on("GET", f"{at}/members/all", paged(self.members))

    def open(self, asked: Asked) -> Answer:
        if self.opened:
            return Answer(409, {"message": ["Another open merge request already exists for this source branch: !7"]})
        self.opened = True
        return Answer(201, self.pull())

    def merge_answer(self) -> Answer:
        return Answer(200, self.pull())

    def put(self, asked: Asked) -> Answer:
        self.settings |= asked.data
        return Answer(200, {"id": 5, **self.settings})

    def unprotect(self, asked: Asked) -> Answer:
        self.rule = None
        return Answer(204)

    def protect(self, asked: Asked) -> Answer:
        data = asked.data
        self.rule = {
            "id": 1,
            "name": data["name"],
            "push_access_levels": [{"id": 1, "access_level": data["push_access_level"]}],
            "merge_access_levels": [{"id": 2, "access_level": data["merge_access_level"]}],
            "allow_force_push": data["allow_force_push"],
        }
        return Answer(201, self.rule)

    def approve(self, login: str, number: int) -> None:
        self.approved.append({"user": self.person(login, number)})

    def reviewer(self, login: str, number: int, state: str) -> None:
        self.reviewers.append({"user": self.person(login, number), "state": state, "created_at": NOON})

    def say(self, number: int, login: str, body: str, at: str = NOON, edited: str = "", **more: Any) -> None:
        self.comments.append({
            "id": number,
            "type": None,
            "body": body,
            "author": self.person(login, number + 1000),
            "created_at": at,
            "updated_at": edited or at,
            "system": False,
            **more,
        })  # fmt: skip
