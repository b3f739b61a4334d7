"""What runs apart for `congtin.media.apart`: it reads some files, and writes what it found."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from congtin.media.apart import FOUND, WANTED
from congtin.media.examine import examine
from congtin.sandbox import wait_for_the_word
from congtin.stored_problems import problems_text

_MEMORY = 3 << 30
_CPU_SECONDS = 240


def main(arguments: list[str]) -> None:
    """Look into the files below the first folder that the second one names; leave what was found in the second."""
    root, folder = map(Path, arguments)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    found = []
    for path in json.loads((folder / WANTED).read_text("utf-8")):
        facts, problems = examine((root / path).read_bytes(), path)
        found.append((facts.to_text(), problems_text(problems)))
    (folder / FOUND).write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    wait_for_the_word()
    main(sys.argv[1:])
