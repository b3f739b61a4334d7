"""What was sent to a target, or would be."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class PushReport:
    """One send to one target."""

    target: str
    release: int
    before: int | None
    """The Release it held; None when nothing is known of it."""
    sent: tuple[str, ...]
    """Files that went there, in order; with `unknown`, those only compared among them."""
    unknown: int
    """How many of them were compared first, because an earlier send stopped or nothing was known."""
    removed: tuple[str, ...]
    waiting: tuple[str, ...]
    """Files named by their content that no page uses any more, and stay until their days are over."""
    bytes: int
    """Bytes read for it."""
    dry_run: bool
    current: bool
    """It held this Release already: nothing was done."""

    def data(self) -> dict[str, object]:
        """Return this as JSON has it."""
        return asdict(self)
