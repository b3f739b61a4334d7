"""Which files were saved: the folders a network is made of, listened to from a thread of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from watchfiles import watch

WATCHED = ("sites", "content", "workflows", "themes", "plugins")
# A save is passed on when nothing more came for this long, and a stream of saves after at most that long.
_QUIET_MS = 50
_MOST_MS = 1000
_LOOK_MS = 500
# A checkout of another branch can write faster than the system reports; whoever hears of so much looks for himself.
_MOST_PATHS = 500
# Folders have no suffix, but for those of media.
_FOLDER_SUFFIXES = ("", ".files")
_NEVER = "__pycache__"


@dataclass(frozen=True)
class Saved:
    """What was written, made or removed; without ``paths`` whoever builds has to look for it."""

    paths: frozenset[Path] | None = frozenset()

    def __bool__(self) -> bool:
        return self.paths is None or bool(self.paths)

    def __or__(self, other: Saved) -> Saved:
        """Return both together."""
        if self.paths is None or other.paths is None:
            return Saved(None)
        return Saved(self.paths | other.paths)


_NOTHING = Saved()


@dataclass(frozen=True)
class CodeSaved:
    """A plugin was saved: Python reads it once, so only a new process knows it."""


@dataclass(frozen=True)
class WatchLost:
    """The system no longer says what is saved."""

    detail: str


Heard = Callable[[Saved | CodeSaved | WatchLost], None]


class FileWatch:
    """Tells ``heard`` about every save below ``root``, from its own thread; nothing after ``start`` is missed."""

    def __init__(self, root: Path, output: Path, heard: Heard) -> None:
        self.root = root
        self.output = output
        self.heard = heard
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="congtin-watch", daemon=True)

    def start(self) -> None:
        """Return when every folder is listened to."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Return when no more is heard."""
        self._stopping.set()
        self._thread.join()

    def _listen(self) -> None:
        try:
            self._listen_to(self._folders())
            while not self._stopping.is_set():
                self._listen_to(self._folders(), missed=Saved(None))
        except (OSError, RuntimeError) as error:  # watchfiles' own error is a RuntimeError
            self.heard(WatchLost(str(error)))
        finally:
            self._ready.set()

    def _folders(self) -> set[Path]:
        return {self.root / name for name in WATCHED if (self.root / name).is_dir()}

    def _listen_to(self, folders: set[Path], missed: Saved = _NOTHING) -> None:
        """Listen until one of these folders is taken away or put in the place of another, or a new one comes."""
        for changes in watch(
            *folders,
            watch_filter=None,
            debounce=_MOST_MS,
            step=_QUIET_MS,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
            stop_event=self._stopping,
            raise_interrupt=False,
        ):
            # The first round, with or without changes, says that the system listens.
            self._ready.set()
            if missed:
                self.heard(missed)
                missed = _NOTHING
            paths = {Path(path) for _, path in changes}
            self._tell(paths)
            if paths & folders or folders != self._folders():
                return

    def _tell(self, paths: Iterable[Path]) -> None:
        kept = [p for p in paths if _NEVER not in p.parts and self.output not in (p, *p.parents)]
        if any(path.is_relative_to(self.root / "plugins") for path in kept):
            self.heard(CodeSaved())
        elif kept:
            self.heard(saved(kept))


def saved(paths: Iterable[Path]) -> Saved:
    """Return what builders are told: files by name; a folder can have brought or taken any number of them."""
    found = frozenset(paths)
    if len(found) > _MOST_PATHS or any(path.suffix in _FOLDER_SUFFIXES or path.is_dir() for path in found):
        return Saved(None)
    return Saved(found)
