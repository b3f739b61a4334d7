"""What Git is started with: objects decide, nobody's settings, replacements or grafts."""

from __future__ import annotations

import os
from functools import lru_cache

_QUARANTINE = ("GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")
# All that a caller's environment may say: how another machine is reached. Everything else could show Git other
# objects than those that are there.
_CONNECTING = ("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS", "GIT_SSL_CAINFO")


@lru_cache
def _base_environment() -> tuple[tuple[str, str], ...]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in _CONNECTING}
    fixed = {
        "LC_ALL": "C",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_SHALLOW_FILE": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_LITERAL_PATHSPECS": "1",
    }
    return tuple({**kept, **fixed}.items())


def git_environment(*, quarantine: bool) -> dict[str, str]:
    """Return the environment Git is started with; in a ``quarantine`` it also sees what a push has brought."""
    environment = dict(_base_environment())
    if quarantine:
        environment |= {name: os.environ[name] for name in _QUARANTINE if name in os.environ}
    return environment
