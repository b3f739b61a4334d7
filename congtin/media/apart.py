"""Looks into files whose senders nobody has checked, where there is nothing to take and nothing to spoil.

What decodes pictures and PDF files is large and written for speed; a file made to break it must not find keys, refs or
a network. Only the gate and whoever repeats its judgement ask for this: others look into files that Boards approved.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from congtin.errors import BuildError, Problem
from congtin.media.facts import MediaFacts
from congtin.messages import msg
from congtin.sandbox import apart
from congtin.stored_problems import problems_of_text

MINUTES = 5
WANTED, FOUND = "wanted.json", "found.json"


def examine_apart(root: Path, paths: Sequence[str]) -> list[tuple[MediaFacts, tuple[Problem, ...]]]:
    """Return what each of these files is, and what is wrong with it, as `examine` does, from a process apart.

    A file that ends the process, or takes minutes, cannot be published. Raise UsageError without bubblewrap.
    """
    try:
        return list(_found(root, paths))
    except BuildError as error:
        if len(paths) > 1:
            # One of them is the cause: each by itself.
            return [found for path in paths for found in examine_apart(root, [path])]
        hint = msg("Open it in a program for such files, save it anew, and look at the result.")
        text = msg("What reads such files failed at this one: {detail}", detail=str(error.message)[:200])
        return [(MediaFacts(), (Problem("media-unreadable", text, paths[0], 0, hint),))]


def _found(root: Path, paths: Sequence[str]) -> Iterator[tuple[MediaFacts, tuple[Problem, ...]]]:
    with tempfile.TemporaryDirectory(prefix="congtin-media-") as name:
        folder = Path(name)
        (folder / WANTED).write_text(json.dumps(list(paths)), "utf-8")
        arguments = (str(root.resolve()), str(folder))
        with apart("congtin.media.inside", arguments, readable=[root], writable=[folder]) as process:
            process.begin()
            process.finish(MINUTES)
        try:
            found = json.loads((folder / FOUND).read_text("utf-8"))
            for _, (facts, problems) in zip(paths, found, strict=True):
                yield MediaFacts.of_text(facts) or MediaFacts(), tuple(problems_of_text(problems))
        except (OSError, ValueError, TypeError, KeyError) as error:
            # It ended as if all were well, but what it left is not what it writes.
            raise BuildError(msg("It left no result: {detail}", detail=type(error).__name__)) from error
