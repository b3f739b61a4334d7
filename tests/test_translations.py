"""Every text a person reads stands in the catalogues, complete in every language."""

from __future__ import annotations

import subprocess
import sys

from network import REPOSITORY


def test_no_text_is_missing_in_any_language():
    """Interface in five languages, messages in two: nothing missing, fuzzy, obsolete or with other places."""
    run = subprocess.run(
        [sys.executable, "tools/translations.py", "check"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
