"""Back to an earlier Release, in one switch; nothing is published by itself until somebody says so again."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from congtin.build.manifest import replace_file
from congtin.editorial.desk import Desk
from congtin.editorial.trust import TrustRoot
from congtin.errors import CongtinError, UsageError, list_of
from congtin.messages import msg
from congtin.release.home import Home
from congtin.release.integrity import require_unaltered
from congtin.release.journal import record, rolled_back_event, was_live
from congtin.release.readiness import Answers
from congtin.release.records import Release, ReleaseDamaged
from congtin.release.releases import all_releases, live_release, release_of, switch
from congtin.release.retention import add_to_pool

_HOLD = "hold.json"


class WouldShowWithdrawn(CongtinError):
    """An earlier Release has pages that were withdrawn since."""


class Hold(BaseModel):
    """Why nothing is published by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    release: int
    since: AwareDatetime
    reason: str

    @classmethod
    def of(cls, home: Home) -> Self | None:
        """Return what holds publishing; None when nothing does. A file that cannot be read holds too."""
        file = home.folder / _HOLD
        try:
            return cls.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            return None
        except (ValidationError, OSError):
            reason = msg("{file} cannot be read; congtin publish ends the hold.", file=file)
            return cls(release=0, since=datetime.now().astimezone(), reason=str(reason))


def end_hold(home: Home) -> None:
    """Let publishing go on by itself."""
    (home.folder / _HOLD).unlink(missing_ok=True)


def roll_back(
    home: Home, number: int | None, reason: str, now: datetime, *, despite_withdrawals: bool = False
) -> Release:
    """Make an earlier Release live again: ``number``, or the one that was live before.

    Raise UsageError when there is none, ReleaseDamaged when it is not what the service signed, WouldShowWithdrawn when
    citizens would see what a Board has withdrawn since (A12), or when nobody can tell, unless ``despite_withdrawals``.
    """
    with home.lock(), Desk(home.content, now) as desk:
        live = live_release(home)
        target = _target(home, number, live)
        target.check_signature(desk.trust)
        if not was_live(desk, target):
            raise UsageError(msg("The log does not tell that Release {number} was ever live.", number=target.number))
        require_unaltered(target)
        if live and not despite_withdrawals:
            _require_withdrawals(target, live, desk.trust)
        hold = Hold(release=target.number, since=now, reason=reason)
        replace_file(home.folder / _HOLD, json.dumps(hold.model_dump(mode="json"), ensure_ascii=False).encode())
        add_to_pool(home, target)
        switch(home, target)
        record(home.content, rolled_back_event(target, live, reason))
        return target


def _target(home: Home, number: int | None, live: Release | None) -> Release:
    if number is not None:
        if live and live.number == number:
            raise UsageError(msg("Release {number} is live.", number=number))
        return release_of(home, number)
    earlier = [release for release in all_releases(home) if live and release.number < live.number]
    if not earlier or live is None:
        raise UsageError(msg("There is no Release before the one that is live."))
    # Not always the one with the number before: that may have been taken back at once.
    before = live.record.previous if live.is_readable else None
    return next((release for release in earlier if release.number == before), earlier[-1])


def _require_withdrawals(target: Release, live: Release, trust: TrustRoot) -> None:
    try:
        live.check_signature(trust)
        now_gone = Answers.of(live.tree, live.outputs, live.record.hosts).withdrawn()
    except (ReleaseDamaged, OSError) as error:
        text = msg("What was withdrawn since cannot be told: Release {number} is damaged.", number=live.number)
        raise WouldShowWithdrawn(text, _ANSWER_FOR_IT) from error
    then_gone = Answers.of(target.tree, target.outputs, target.record.hosts).withdrawn()
    shown_again = sorted(address for address in now_gone - then_gone if f"{address}index.html" in target.outputs)
    if shown_again:
        text = msg(
            "Release {number} shows what was withdrawn since: {addresses}.",
            number=target.number, addresses=list_of(shown_again),
        )  # fmt: skip
        raise WouldShowWithdrawn(text, _ANSWER_FOR_IT)


_ANSWER_FOR_IT = msg("Choose a later Release; or, when somebody answers for it: --despite-withdrawals.")
