"""What goes wrong with a target, named so that somebody can mend it."""

from __future__ import annotations

from congtin.errors import CongtinError
from congtin.messages import Msg, msg


class TargetFailed(CongtinError):
    """A Release did not reach a target completely; what it showed before, it still shows whole.

    `target` is its name in `publisher.yaml`.
    """

    def __init__(self, target: str, cause: Msg, hint: Msg | None = None) -> None:
        super().__init__(msg("Target “{target}”: {cause}", target=target, cause=cause), hint)
        self.target = target


class TargetBusy(TargetFailed):
    """Another process sends to this target for too long; nothing was done."""
