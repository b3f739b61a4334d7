"""What is known of a file beside a text once somebody has looked into it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from congtin.messages import Msg


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What pages show of a file, and what decides how it is published."""

    format: str = ""
    """Of a picture: ``jpeg``, ``png``, ``gif``, ``webp``, ``svg``; empty for any other file."""
    width: int = 0
    height: int = 0
    """As a person sees it: a picture lying on its side has been turned up."""
    animated: bool = False
    pages: int = 0
    """Of a PDF."""
    has_text: bool = True
    """Of a PDF: somebody who cannot see can have it read out (D3, L3)."""
    sha256: str = ""
    """Of the file as it is in the repository."""

    @property
    def is_picture(self) -> bool:
        return bool(self.format)

    @property
    def is_drawing(self) -> bool:
        """Lines that are drawn at any size (SVG)."""
        return self.format == "svg"

    def to_text(self) -> str:
        """Return the facts as the store keeps them."""
        return json.dumps(asdict(self))

    @classmethod
    def of_text(cls, text: str) -> MediaFacts | None:
        """Return the facts from their text; None where nobody has looked."""
        return cls(**json.loads(text)) if text else None


class BadMedia(Exception):
    """A file that cannot be published; who knows its path makes a Problem of it."""

    def __init__(self, code: str, message: Msg, hint: Msg, line: int = 0) -> None:
        super().__init__(str(message))
        self.code = code
        self.message = message
        self.hint = hint
        self.line = line
