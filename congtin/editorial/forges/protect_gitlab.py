"""Branch protection on GitLab, its free edition included."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from congtin.editorial.forges.client import Client
from congtin.editorial.forges.models import MAIN, NotFound, Refused
from congtin.editorial.forges.protect import Wish, attempt, finding, unmet
from congtin.errors import Problem
from congtin.messages import msg

_NOBODY = 0
_MAINTAINER = 40
# The free edition cannot require a status by its name; but a failed or missing one fails the pipeline.
_PROJECT = {
    "merge_method": "merge",
    "squash_option": "never",
    "only_allow_merge_if_pipeline_succeeds": True,
    "allow_merge_on_skipped_pipeline": False,
}


def protect(client: Client, repository: str, account: str) -> list[Problem]:
    """Set the protection of main and read it back; return what could not be set or is still open."""
    at = f"/projects/{quote(repository, safe='')}"
    problems = attempt(lambda: client.send("PUT", at, _PROJECT), msg("the ways to merge"))
    if not _is_right(_branch(client, at)):
        problems += _renew(client, at)
    problems += _read_back(client, at)
    project = client.get(at)
    problems += unmet(project, [Wish((key,), value) for key, value in _PROJECT.items()], msg("the repository"))
    if project.get("merge_trains_enabled"):
        problems.append(finding(msg("Merge trains are on; turn them off: they merge another commit than we chose.")))
    return problems + _others(client, at, account)


def _renew(client: Client, at: str) -> list[Problem]:
    wanted = {
        "name": MAIN,
        "push_access_level": _NOBODY,
        "merge_access_level": _MAINTAINER,
        "unprotect_access_level": _MAINTAINER,
        "allow_force_push": False,
    }
    if _branch(client, at) is not None:
        # The free edition cannot change who may push: the rule is made anew, at once.
        client.send("DELETE", f"{at}/protected_branches/{MAIN}", {})
    return attempt(lambda: client.send("POST", f"{at}/protected_branches", wanted), msg("the protection of main"))


def _branch(client: Client, at: str) -> Any:
    try:
        return client.get(f"{at}/protected_branches/{MAIN}")
    except NotFound:
        return None


def _levels(branch: Any, name: str) -> set[Any]:
    """Return the levels and, in paid editions, the single accounts and keys that a rule names."""
    found: set[Any] = set()
    for entry in branch.get(name) or []:
        single = [entry.get(key) for key in ("user_id", "group_id", "deploy_key_id") if entry.get(key) is not None]
        found.add(("named", *single) if single else entry.get("access_level"))
    return found


def _is_right(branch: Any) -> bool:
    return (
        isinstance(branch, dict)
        and _levels(branch, "push_access_levels") == {_NOBODY}
        and _levels(branch, "merge_access_levels") == {_MAINTAINER}
        and branch.get("allow_force_push") is False
    )


def _read_back(client: Client, at: str) -> list[Problem]:
    if _is_right(_branch(client, at)):
        return []
    return [finding(msg("main is not protected as it must be: nobody pushes, maintainers merge, no forced pushes."))]


def _others(client: Client, at: str, account: str) -> list[Problem]:
    """Return who else could merge: in the free edition everybody with the role can, so congtin must be the only one."""
    try:
        members = client.pages(f"{at}/members/all")
    except (NotFound, Refused):
        return [finding(msg("The members could not be read; see that only congtin’s account is a maintainer."))]
    names = sorted(
        str(member.get("username", ""))
        for member in members
        if (member.get("access_level") or 0) >= _MAINTAINER and member.get("state", "active") == "active"
    )
    others = [name for name in names if name.lower() != account.lower()]
    if others:
        hint = msg(
            "Make them developers, or let them be owners who do not merge: congtin notices every foreign commit."
        )
        return [finding(msg("Others may merge into main too: {names}.", names=", ".join(others)), hint)]
    return []
