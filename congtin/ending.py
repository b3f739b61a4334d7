"""The end of a process that somebody waits for."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def end_now(code: int = 0) -> NoReturn:
    """End this process with a number, after what it printed has gone out.

    Python would take every object apart first: a tenth of the time that a push or a small build takes. So whatever has
    to be closed is closed before, and nothing is left to `atexit`.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
