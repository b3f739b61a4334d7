"""The part `monitoring` of `publisher.yaml`."""

from __future__ import annotations

from congtin.validation import StrictModel


class MonitoringSettings(StrictModel):
    """What is watched, and from when it is an alarm."""
