"""Look whether what was skipped is still right: some Editions are made anew, from the files alone, and compared."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from congtin.build.manifest import Manifest, edition_of, manifests_of
from congtin.build.pipeline import build
from congtin.build.request import BuildRequest
from congtin.errors import BuildError, list_of
from congtin.messages import msg
from congtin.model import EditionKey


def verify(request: BuildRequest, editions: int) -> list[EditionKey]:
    """Compare that many Editions, chosen at random, with what a build without any store makes; return which.

    Raise BuildError that names the outputs that differ.
    """
    built = [edition_of(file.stem) for file in manifests_of(request.state).values()]
    chosen = sorted(random.SystemRandom().sample(built, min(editions, len(built))))
    with tempfile.TemporaryDirectory(prefix="congtin-verify-") as folder:
        output, state = Path(folder, "output"), Path(folder, "state")
        build(
            replace(request, output=output, state=state, editions=frozenset(chosen), sites=(), langs=(), cluster=None)
        )
        wrong = [name for key in chosen for name in _differing(request, key, output, state)]
    if wrong:
        text = msg("{count} outputs are not what a clean build makes: {names}", count=len(wrong), names=list_of(wrong))
        raise BuildError(text, msg("Run: congtin build --full, and tell the makers of Côngtin which edit came before."))
    return chosen


def _differing(request: BuildRequest, key: EditionKey, output: Path, state: Path) -> Iterator[str]:
    clean = Manifest.load(state, key).outputs
    for name in sorted(clean.keys() | Manifest.load(request.state, key).outputs.keys()):
        ours = request.output / name
        if name not in clean or not ours.is_file() or ours.read_bytes() != (output / name).read_bytes():
            yield name
