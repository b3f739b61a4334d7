"""Branch protection on Gitea and Forgejo."""

from __future__ import annotations

from typing import Any

from congtin.editorial.forges.client import Client
from congtin.editorial.forges.models import MAIN, STATUS, NotFound
from congtin.editorial.forges.protect import Wish, attempt, finding, unmet
from congtin.errors import Problem
from congtin.messages import msg

_REPOSITORY = {
    "has_pull_requests": True,
    "allow_merge_commits": True,
    "allow_squash_merge": False,
    "allow_rebase": False,
    "allow_rebase_explicit": False,
    "allow_fast_forward_only_merge": False,
    "allow_manual_merge": False,
    "autodetect_manual_merge": False,
    "default_merge_style": "merge",
}
# These two are set, but not shown again by every version.
_SHOWN = [key for key in _REPOSITORY if "manual" not in key]


def protect(client: Client, repository: str, account: str) -> list[Problem]:
    """Set the protection of main and read it back; return what could not be set or is still open."""
    at = f"/repos/{repository}"
    rules = f"{at}/branch_protections"
    wanted: dict[str, Any] = {
        "enable_push": False,
        "enable_force_push": False,
        "enable_merge_whitelist": True,
        "merge_whitelist_usernames": [account],
        "merge_whitelist_teams": [],
        "enable_status_check": True,
        "status_check_contexts": [STATUS],
        "required_approvals": 0,
        "dismiss_stale_approvals": True,
        # Administrators too: the first name is Gitea's, the second Forgejo's.
        "block_admin_merge_override": True,
        "apply_to_admins": True,
    }
    problems = attempt(lambda: client.send("PATCH", at, _REPOSITORY), msg("the ways to merge"))
    try:
        client.get(f"{rules}/{MAIN}")
    except NotFound:
        client.send("POST", rules, {**wanted, "rule_name": MAIN, "branch_name": MAIN})
    else:
        client.send("PATCH", f"{rules}/{MAIN}", wanted)
    problems += unmet(client.get(at), [Wish((key,), _REPOSITORY[key]) for key in _SHOWN], msg("the repository"))
    return problems + _read_back(client.get(f"{rules}/{MAIN}"), account)


def _read_back(rule: Any, account: str) -> list[Problem]:
    wishes = [
        Wish(("enable_push",), value=False),
        Wish(("enable_merge_whitelist",), value=True),
        Wish(("enable_status_check",), value=True),
    ]
    problems = unmet(rule, wishes, msg("the protection of main"))
    if rule.get("enable_force_push", False):
        problems.append(finding(msg("Forced pushes to main are allowed.")))
    if STATUS not in (rule.get("status_check_contexts") or []):
        problems.append(finding(msg("The status {status} is not required.", status=STATUS)))
    others = sorted(
        name
        for name in [*(rule.get("merge_whitelist_usernames") or []), *(rule.get("merge_whitelist_teams") or [])]
        if name.lower() != account.lower()
    )
    if others:
        problems.append(finding(msg("Others may merge into main too: {names}.", names=", ".join(others))))
    if not (rule.get("block_admin_merge_override") or rule.get("apply_to_admins")):
        problems.append(
            finding(msg("Administrators may merge in spite of the protection; this version cannot forbid it."))
        )
    return problems
