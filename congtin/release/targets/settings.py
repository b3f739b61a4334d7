"""The part `targets` of `publisher.yaml`."""

from __future__ import annotations

from congtin.network.options import Words
from congtin.validation import StrictModel


class TargetSettings(StrictModel):
    """One place that gets every Release."""

    name: Words
