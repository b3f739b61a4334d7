"""How far history has been checked already; whoever keeps one must know that nobody else wrote it."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict

from congtin.editorial import approvals, log
from congtin.editorial.repository import GitRepository
from congtin.editorial.statements import Oid


class Checkpoint(BaseModel):
    """A step of main found sound, and where the log, the Approvals and the roster stood then.

    Each is a commit's id, and so holds all that came before it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    main: Oid
    log: Oid | None = None
    approvals: Oid | None = None
    roster: Oid | None = None

    @classmethod
    def of(cls, content: GitRepository, roster: GitRepository, main: str) -> Self:
        """Return where everything stands now; take it before checking, so that it never says more than was checked."""
        from congtin.editorial.roster_history import MAIN as ROSTER

        return cls(main=main, log=content.ref(log.REF), approvals=content.ref(approvals.REF), roster=roster.ref(ROSTER))
