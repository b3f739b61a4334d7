"""Waiting for what another thread or process does."""

import time


def wait_for(seen, seconds=90):
    """Return what ``seen()`` returns once it is true; fail after some time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = seen()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")
