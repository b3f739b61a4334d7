"""The other end of `warm_service.py`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from build import Cost, with_congtin

_PROGRAM = Path(__file__).resolve().parent / "warm_service.py"


class WarmService:
    """A BuildService in a process of its own, which has built the repository once."""

    def __init__(self, root: Path, python: str) -> None:
        self._process = subprocess.Popen(
            [python, str(_PROGRAM), str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=with_congtin(),
        )
        self._ask(None)

    def rebuild(self, changed: Iterable[Path]) -> Cost:
        """Build what these files' new bytes ask for; return what it took."""
        answer = self._ask([str(path) for path in changed])
        return Cost(answer["wall"], answer["user"], answer["system"], int(answer["memory"]))

    def _ask(self, changed: list[str] | None) -> dict[str, float]:
        if self._process.stdin is None or self._process.stdout is None:
            raise TypeError(self._process)
        self._process.stdin.write(json.dumps(changed) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            msg = f"the service ended with {self._process.wait()}"
            raise RuntimeError(msg)
        answer: dict[str, float] = json.loads(line)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        # It ends when it has no more to read.
        self._process.communicate()
