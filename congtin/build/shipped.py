"""Where setup leaves what it has worked out about the theme that comes with the engine."""

from __future__ import annotations

from pathlib import Path

from congtin.engine import engine_digest

# Beside the engine's own compiled modules, and trusted as they are; what is missing here is worked out by each build.
SHIPPED = Path(__file__).parent / "__pycache__" / "templates"


def of_this_engine() -> str:
    """Return how the names of all files begin that are for this engine and no other."""
    return f"{engine_digest()[:16]}-"
