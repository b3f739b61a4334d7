"""The part `hosting` of `publisher.yaml`."""

from __future__ import annotations

from congtin.validation import StrictModel


class HostingSettings(StrictModel):
    """How the web server is set up."""
