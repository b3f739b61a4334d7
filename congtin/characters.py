"""Characters that no text of an agency may hold; one list for content, `sites/` and the command line (B6)."""

from __future__ import annotations

import re

# Control characters, zero width, marks of direction, tags, and what XML does not allow: feeds and site maps
# would break. A joiner is right inside an emoji only. Line separators are each reader's own matter.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
    "|(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d"
)
# Line ends that no editor shows as such.
LINE_SEPARATORS = re.compile("[\x85\u2028\u2029]")


def character_name(char: str) -> str:
    """Return a character's number as people look it up."""
    return f"U+{ord(char):04X}"
