"""How search stands on a machine that publishes, as `status/search.json`: what indexes cost is told apart (H2)."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from congtin.build.manifest import replace_file
from congtin.errors import CongtinError
from congtin.release.home import Home
from congtin.release.room import is_full_disk
from congtin.release.search.update import Renewed, Update

FILE = "search.json"


class SearchState(BaseModel):
    """What was done last."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: AwareDatetime
    release: int | None = None
    """The Release that can be searched."""
    indexes: int = 0
    items: int = 0
    renewed: int = 0
    """Indexes that were made anew the last time."""
    seconds: float = 0
    memory: int = 0
    """Most memory that took at a time, in bytes."""
    bytes: int = 0
    """What all indexes take on the disk."""
    error: str = ""


def search_state(home: Home) -> SearchState | None:
    """Return how search stands; None when nobody has told, or that cannot be read."""
    try:
        data = json.loads((home.status / FILE).read_bytes())
        return SearchState.model_validate({k: v for k, v in data.items() if k in SearchState.model_fields})
    except (OSError, ValueError, AttributeError, ValidationError):
        return None


def tell(home: Home, release: int, done: Update, now: datetime) -> None:
    """Note what was done, each index that was made anew with its own cost."""
    state = SearchState(
        at=now, release=None if done.errors else release, indexes=done.indexes, items=done.items,
        renewed=len(done.renewed), seconds=done.seconds, memory=done.memory, bytes=done.bytes,
        error="; ".join(done.errors[:3]),
    )  # fmt: skip
    _write(home, state, done.renewed)


def tell_failure(home: Home, error: CongtinError, now: datetime) -> None:
    """Note what kept indexes from following."""
    known = search_state(home) or SearchState(at=now)
    _write(home, known.model_copy(update={"at": now, "error": str(error)}), [])


def _write(home: Home, state: SearchState, renewed: list[Renewed]) -> None:
    data = state.model_dump(mode="json") | {"made": [asdict(each) for each in renewed]}
    try:
        home.status.mkdir(parents=True, exist_ok=True)
        replace_file(home.status / FILE, json.dumps(data, ensure_ascii=False, indent=1).encode())
    except OSError as error:
        if not is_full_disk(error):
            raise
