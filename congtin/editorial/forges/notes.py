"""What congtin writes on a forge about a Change: the gate's verdict as a status, and how to approve."""

from __future__ import annotations

from congtin.editorial.forges.attest import APPROVE, COMMENTS_APPROVE, REQUEST_CHANGES
from congtin.editorial.forges.models import ForgeKind, Status, StatusState
from congtin.editorial.verdict import Verdict
from congtin.errors import list_of
from congtin.messages import msg


def status_of(verdict: Verdict, url: str = "") -> Status:
    """Return the status of a verdict. It names Boards, never persons: a forge may be public (E7)."""
    if verdict.passes:
        return Status(StatusState.SUCCESS, str(msg("Approved by everybody it needs.")), url)
    if verdict.errors:
        first = verdict.errors[0].message
        return Status(
            StatusState.FAILURE, str(msg("{count} errors: {first}", count=len(verdict.errors), first=first)), url
        )
    waiting = list_of(dict.fromkeys(state.need.body for state in verdict.missing), most=4)
    return Status(StatusState.PENDING, str(msg("Waits for: {boards}", boards=waiting or "–")), url)


def invitation(kind: ForgeKind, head: str, digest: str) -> str:
    """Return the comment that shows members what they approve, and how."""
    other = msg("To ask for changes, begin a comment with “{command}” and the reason.", command=REQUEST_CHANGES)
    if kind not in COMMENTS_APPROVE:
        text = msg(
            "Change at {head}. To approve exactly this commit, approve it here, or sign with congtin.", head=head
        )
        return f"{text}\n\n`{digest}`\n\n{other}\n"
    text = msg(
        "Change at {head}. To approve exactly these bytes, sign with congtin, or comment this one line:", head=head
    )
    return f"{text}\n\n```\n{APPROVE} {digest}\n```\n\n{other}\n"
