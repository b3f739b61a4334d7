"""What is live here goes on to every target, and again until each of them has it.

A target that is slow or away keeps nothing back here; how each of them stands is told in `status/targets.json`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError

from congtin.build.manifest import replace_file
from congtin.editorial.desk import Desk
from congtin.errors import CongtinError
from congtin.release.home import Home
from congtin.release.records import Release
from congtin.release.releases import live_release
from congtin.release.supplement import newest_supplement, renew_supplement, supplement_stamp
from congtin.release.targets.push import Target, push, targets_of

FILE = "targets.json"
_FIRST_PAUSE = timedelta(seconds=15)
_LONGEST_PAUSE = timedelta(minutes=10)
_LOOK_SECONDS = 1.0


class TargetState(BaseModel):
    """How one target stands."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    at: AwareDatetime
    release: int | None = None
    """The Release it got last."""
    supplement: str = ""
    """Digest of the list of search indexes and databases it got last; empty for a target that takes none."""
    error: str = ""


_STATES = TypeAdapter(dict[str, TargetState])


def target_states(home: Home) -> dict[str, TargetState]:
    """Return how the targets stood last; nothing when that cannot be read: they are asked anew then."""
    try:
        return _STATES.validate_json((home.status / FILE).read_bytes())
    except (OSError, ValidationError):
        return {}


def distribute(home: Home, release: Release, names: tuple[str, ...] = ()) -> list[CongtinError]:
    """Bring a Release to all targets, or to those named; one that fails keeps none of the others back.

    Return what went wrong, one error a target.
    """
    return [error for target in targets_of(home, names) if (error := _bring(home, target, release))]


def _bring(home: Home, target: Target, release: Release) -> CongtinError | None:
    now = datetime.now().astimezone()
    known = target_states(home).get(target.name)
    try:
        # Asked before: what is signed while this travels goes next time.
        supplement = _supplement_for(home, target)
        with Desk(home.content, now) as desk:
            push(home, target, release, trust=desk.trust, now=now)
    except CongtinError as error:
        before = known or TargetState(name=target.name, at=now)
        _note(home, before.model_copy(update={"at": now, "error": str(error)}))
        return error
    at = datetime.now().astimezone()
    _note(home, TargetState(name=target.name, release=release.number, supplement=supplement, at=at))
    return None


def _supplement_for(home: Home, target: Target) -> str:
    found = newest_supplement(home) if target.takes_supplement else None
    return found.record.outputs if found else ""


def _note(home: Home, state: TargetState) -> None:
    present = {target.name for target in home.settings.targets}
    states = {name: known for name, known in target_states(home).items() if name in present} | {state.name: state}
    home.status.mkdir(parents=True, exist_ok=True)
    data = {name: known.model_dump(mode="json") for name, known in sorted(states.items())}
    replace_file(home.status / FILE, json.dumps(data, ensure_ascii=False, indent=1).encode())


@dataclass
class Distributor:
    """Works beside the service, so that the next publication waits for no target."""

    home: Home
    failed: Callable[[CongtinError], None] = lambda _error: None
    news: threading.Event = field(default_factory=threading.Event)
    """Set when the standing of a target has changed."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _signed: object = None
    """What there was when search indexes and databases were signed last."""
    _retry: tuple[datetime, timedelta] = (datetime.min.replace(tzinfo=UTC), _FIRST_PAUSE)

    def start(self) -> None:
        """Begin, when there are targets at all."""
        if self.home.settings.targets:
            self._thread = threading.Thread(target=self._run, name="targets")
            self._thread.start()

    def stop(self) -> None:
        """End after what is being sent."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        again: dict[str, tuple[datetime, timedelta]] = {}
        while not self._stop.is_set():
            self._renew_supplement()
            live = live_release(self.home)
            for target in self.home.settings.targets:
                now = datetime.now().astimezone()
                state = target_states(self.home).get(target.name)
                due, pause = again.get(target.name, (now, _FIRST_PAUSE))
                if live is None or now < due or (state and self._has_all(target, state, live)):
                    continue
                error = _bring(self.home, target, live)
                again.pop(target.name, None)
                if error:
                    again[target.name] = (datetime.now().astimezone() + pause, min(pause * 2, _LONGEST_PAUSE))
                    self.failed(error)
                self.news.set()
                if self._stop.is_set():
                    return
            self._stop.wait(_LOOK_SECONDS)

    def _renew_supplement(self) -> None:
        """Sign search indexes and databases when they have followed the pages; what fails is tried again later."""
        now = datetime.now().astimezone()
        stamp = supplement_stamp(self.home)
        due, pause = self._retry
        if stamp == self._signed or now < due:
            return
        try:
            renew_supplement(self.home, now)
        except CongtinError as error:
            self._retry = now + pause, min(pause * 2, _LONGEST_PAUSE)
            self.failed(error)
        else:
            self._signed, self._retry = stamp, (now, _FIRST_PAUSE)

    def _has_all(self, target: Target, state: TargetState, live: Release) -> bool:
        try:
            supplement = _supplement_for(self.home, target)
        except CongtinError:
            return False  # told by whoever tries to send it
        return state.release == live.number and not state.error and state.supplement == supplement
