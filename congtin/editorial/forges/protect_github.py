"""Branch protection on GitHub."""

from __future__ import annotations

from typing import Any

from congtin.editorial.forges.client import Client
from congtin.editorial.forges.models import MAIN, STATUS, ForgeError, Refused
from congtin.editorial.forges.protect import Wish, attempt, finding, unmet
from congtin.errors import Problem
from congtin.messages import msg

_REPOSITORY = {
    "allow_merge_commit": True,
    "allow_squash_merge": False,
    "allow_rebase_merge": False,
    "allow_auto_merge": False,
}
_WORKFLOWS = {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False}


def protect(client: Client, repository: str, account: str) -> list[Problem]:
    """Set the protection of main and read it back; return what could not be set or is still open."""
    at = f"/repos/{repository}"
    app = account.removesuffix("[bot]") if account.endswith("[bot]") else ""
    problems = [
        *attempt(lambda: client.send("PATCH", at, _REPOSITORY), msg("the ways to merge")),
        *_protect_branch(client, at, account, app),
        *attempt(
            lambda: client.send("PUT", f"{at}/actions/permissions/workflow", _WORKFLOWS), msg("the pipelines’ rights")
        ),
        *attempt(
            lambda: client.send(
                "PUT",
                f"{at}/environments/publish",
                {"deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False}},
            ),
            msg("the environment “publish”"),
        ),
    ]
    problems += unmet(
        client.get(at), [Wish((key,), value) for key, value in _REPOSITORY.items()], msg("the repository")
    )
    problems += _read_back(client, at, account, app)
    return problems


def _protect_branch(client: Client, at: str, account: str, app: str) -> list[Problem]:
    data: dict[str, Any] = {
        "required_status_checks": {"strict": False, "contexts": [STATUS]},
        "enforce_admins": True,
        "required_pull_request_reviews": {
            "required_approving_review_count": 0,
            "dismiss_stale_reviews": True,
            "require_code_owner_reviews": False,
        },
        "restrictions": {"users": [] if app else [account], "teams": [], "apps": [app] if app else []},
        # A linear history would forbid the merge commits that hold the Approvals together.
        "required_linear_history": False,
        "allow_force_pushes": False,
        "allow_deletions": False,
    }
    branch = f"{at}/branches/{MAIN}/protection"
    try:
        client.send("PUT", branch, data)
    except Refused as refusal:
        if refusal.status != 422:
            raise
        # Only organisations can name who may push; a person's own repository cannot.
        client.send("PUT", branch, {**data, "restrictions": None})
        return [
            finding(msg("This repository cannot restrict who merges into main: it must belong to an organisation."))
        ]
    return []


def _read_back(client: Client, at: str, account: str, app: str) -> list[Problem]:
    protection = client.get(f"{at}/branches/{MAIN}/protection")
    wishes = [
        Wish(("enforce_admins", "enabled"), value=True),
        Wish(("allow_force_pushes", "enabled"), value=False),
        Wish(("allow_deletions", "enabled"), value=False),
        Wish(("required_linear_history", "enabled"), value=False),
    ]
    problems = unmet(protection, wishes, msg("the protection of main"))
    checks = protection.get("required_status_checks") or {}
    named = {*checks.get("contexts", []), *(check.get("context") for check in checks.get("checks", []))}
    if STATUS not in named:
        problems.append(finding(msg("The status {status} is not required.", status=STATUS)))
    allowed = protection.get("restrictions")
    if allowed is not None:
        people = [str(user.get("login", "")).lower() for user in allowed.get("users", [])]
        people += [f"team {team.get('slug', '')}" for team in allowed.get("teams", [])]
        people += [str(one.get("slug", "")).lower() for one in allowed.get("apps", [])]
        others = sorted(set(people) - {(app or account).lower()})
        if others:
            problems.append(finding(msg("Others may push to main too: {names}.", names=", ".join(others))))
    return problems + _queue(client, at)


def _queue(client: Client, at: str) -> list[Problem]:
    """Return a finding when a ruleset sends merges through a queue: it would merge another commit than we chose."""
    try:
        rules = client.pages(f"{at}/rules/branches/{MAIN}")
    except ForgeError:
        return [finding(msg("The rulesets could not be read; see that no merge queue is on."))]
    if any(rule.get("type") == "merge_queue" for rule in rules):
        return [finding(msg("A ruleset has the merge queue on for main; turn it off."))]
    return []
