"""The part `backup` of `publisher.yaml`."""

from __future__ import annotations

from congtin.validation import StrictModel


class BackupSettings(StrictModel):
    """Where copies go, and how often."""
