"""Whether main at the forge is ours: `content.git` decides, the forge only mirrors it."""

from __future__ import annotations

from congtin.editorial.forges.models import MAIN, Forge
from congtin.editorial.repository import GitFailed, GitRepository
from congtin.errors import Problem, Severity
from congtin.messages import msg


def main_problems(forge: Forge, content: GitRepository) -> list[Problem]:
    """Return what is wrong with the forge's main: an error for a foreign commit, a warning when it lags behind.

    A foreign commit there is one that `content.git` does not have on its own main; nothing is published from it.
    """
    theirs, ours = forge.branch_head(MAIN), content.ref(f"refs/heads/{MAIN}")
    if theirs == ours:
        return []
    if theirs is None:
        return [Problem("forge-behind", msg("The forge has no main."), severity=Severity.WARNING)]
    if ours and _was_ours(content, theirs, ours):
        text = msg("The forge’s main is behind ours: {commit}.", commit=theirs[:12])
        hint = msg("Push it there: git push FORGE main")
        return [Problem("forge-behind", text, hint=hint, severity=Severity.WARNING)]
    text = msg("The forge’s main stands at {commit}, which congtin did not merge.", commit=theirs[:12])
    hint = msg(
        "Publish nothing from there. Find out who pushed it, and set main back to {commit}.", commit=(ours or "?")[:12]
    )
    return [Problem("foreign-commit", text, hint=hint)]


def _was_ours(content: GitRepository, theirs: str, ours: str) -> bool:
    """Tell whether main stood at a commit once; that of a Change, merged later, is none of them."""
    if content.object(theirs)[0] != "commit":
        return False
    try:
        content.first_parents(theirs, ours)
    except GitFailed:
        return False
    return True
