"""systemd units that make and check copies, each as a person without rights beyond what that needs."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from congtin.editorial.desk import Desk
from congtin.errors import UsageError
from congtin.messages import msg
from congtin.release.backup.interval import Interval
from congtin.release.backup.places import settings_of
from congtin.release.home import Home

CREATE, VERIFY = "congtin-backup", "congtin-backup-verify"
_UNSAFE = frozenset('"\\%$\n')
_DAY = timedelta(days=1)
# /srv/congtin may be ours; /srv and /home are not.
_OWN_DEPTH = 2


@dataclass(frozen=True)
class Unit:
    """One file for /etc/systemd/system."""

    name: str
    text: str


def units(home: Home, interval: Interval, user: str, desk: Desk) -> list[Unit]:
    """Return the services and their timers; raise UsageError for a path systemd cannot be told of.

    Copies are made at least twice within the interval, so that one failure is not yet one too few.
    """
    writable = _together([home.folder, home.content, desk.setting("roster")])
    writable += [place.local for place in settings_of(home).places if place.local]
    copying = _service(home, user, writable, "Copies of everything to other places", "create")
    checking = _service(home, user, writable, "Check the copies by restoring them", "verify")
    return [
        Unit(f"{CREATE}.service", copying),
        Unit(f"{CREATE}.timer", _timer("Copies of everything, on time", _often(interval))),
        Unit(f"{VERIFY}.service", checking),
        Unit(f"{VERIFY}.timer", _timer("Check the copies, every week", "Sun *-*-* 03:00:00")),
    ]


def _often(interval: Interval) -> str:
    """Return when copies are made: every night, or more often where half the interval is less than a day."""
    if interval.most / 2 >= _DAY:
        return "*-*-* 01:30:00"
    hours = max(1, int(interval.most / 2 / timedelta(hours=1)))
    return f"*-*-* 0/{hours}:30:00"


def _together(paths: list[Path]) -> list[Path]:
    """Return the folder that holds all of them, where it is one of our own.

    Each writable path is a mount of its own to the service, and a file gets no second name in another mount: it would
    be copied there, and take its room twice.
    """
    common = Path(os.path.commonpath([path.resolve() for path in paths]))
    return [common] if len(common.parts) > _OWN_DEPTH else paths


def _service(home: Home, user: str, writable: list[Path], what: str, verb: str) -> str:
    command = f"{_quoted(Path(sys.executable))} -I -m congtin backup {verb} --home {_quoted(home.folder)}"
    paths = " ".join(_quoted(path.resolve()) for path in writable)
    return f"""\
[Unit]
Description=Congtin: {what}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User={user}
ExecStart={command}
Nice=10
IOSchedulingClass=idle
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={paths}
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
KillSignal=SIGINT
TimeoutStartSec={settings_of(home).most_hours * 2 + 1}h
"""


def _timer(what: str, when: str) -> str:
    return f"""\
[Unit]
Description=Congtin: {what}

[Timer]
OnCalendar={when}
RandomizedDelaySec=10m
Persistent=yes

[Install]
WantedBy=timers.target
"""


def _quoted(path: Path) -> str:
    if _UNSAFE & set(str(path)):
        hint = msg("Choose a path without quotation marks, backslashes, dollar and percent signs.")
        raise UsageError(msg("systemd cannot be told of the path {path}.", path=path), hint)
    return f'"{path}"'
