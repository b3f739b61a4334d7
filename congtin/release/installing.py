"""Making a publisher: its folder, the hook that calls it, the units that run it."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import yaml

from congtin.build.manifest import replace_file
from congtin.editorial.hook import script
from congtin.editorial.repository import GitRepository
from congtin.errors import UsageError
from congtin.messages import msg
from congtin.release.home import Home
from congtin.release.settings import FILE
from congtin.release.targets.settings import LocalTarget

_HOOK = "post-receive"
_MARK = "publisher request"


def make_home(folder: Path, content: Path, profile: str) -> Home:
    """Make a folder with its settings; raise UsageError when it holds something already."""
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(msg("{path} is not empty.", path=folder), msg("Name a folder that does not exist yet."))
    with GitRepository(content) as repository:
        if repository.answer("config", "--local", "congtin.key").returncode:
            hint = msg("Begin with congtin desk init, or see docs/approvals.md.")
            raise UsageError(msg("{path} is no content repository with a gate.", path=content), hint)
        place = repository.folder
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    settings = {"content": os.path.relpath(place, folder), "profile": profile}
    replace_file(folder / FILE, yaml.safe_dump(settings, sort_keys=False).encode())
    install_hook(Home.at(folder))
    return Home.at(folder)


def install_hook(home: Home) -> Path:
    """Have every push that was taken ask for a publication; return the hook's file.

    Raise UsageError when there is another hook of that name. The service sees main move without it too, later by half
    a second at most.
    """
    with GitRepository(home.content) as repository:
        file = repository.folder / "hooks" / _HOOK
    if file.exists() and _MARK not in file.read_text("utf-8", "replace"):
        hint = msg("Add to it: congtin publisher request --home {home}", home=home.folder)
        raise UsageError(msg("{file} is somebody else’s.", file=file), hint)
    file.parent.mkdir(exist_ok=True)
    words = script("publisher", "request", "--home", str(home.folder), "--why", "push")
    # A push that was taken is taken, whatever becomes of the request.
    half = file.with_suffix(".new")
    half.write_text(words, "utf-8")
    half.chmod(0o755)
    half.replace(file)
    return file


def units(home: Home, user: str) -> dict[str, str]:
    """Return the units of systemd, by file name: the service, and the nightly look at every file."""
    command = shlex.join([sys.executable, "-I", "-m", "congtin"])
    place = shlex.quote(str(home.folder))
    content = home.content.resolve()
    local = [home.path(target.folder) for target in home.settings.targets if isinstance(target, LocalTarget)]
    writable = " ".join(f'"{path}"' for path in (home.folder, content, *local))
    # Not ProtectKernelTunables: with parts of /proc hidden, the kernel lets nobody mount the builder's own /proc.
    hardening = "\n".join(
        (
            "NoNewPrivileges=yes",
            "PrivateTmp=yes",
            "PrivateDevices=yes",
            "ProtectSystem=strict",
            "ProtectHome=read-only",
            "ProtectKernelModules=yes",
            "ProtectControlGroups=yes",
            "RestrictSUIDSGID=yes",
            "LockPersonality=yes",
            f"ReadWritePaths={writable}",
        )
    )
    return {
        "congtin-publisher.service": f"""\
[Unit]
Description=Congtin publisher
After=network.target

[Service]
User={user}
ExecStart={command} publisher run --home {place}
Restart=always
RestartSec=5
# A publication that has begun is brought to its end.
TimeoutStopSec=900
KillMode=mixed
# What a theme or a plugin may take at most before the kernel ends it.
TasksMax=512
MemoryMax=80%
{hardening}

[Install]
WantedBy=multi-user.target
""",
        "congtin-integrity.service": f"""\
[Unit]
Description=Congtin: every file of the live Release is read again

[Service]
Type=oneshot
User={user}
ExecStart={command} releases verify --home {place}
{hardening}
""",
        "congtin-integrity.timer": """\
[Unit]
Description=Congtin: every file of the live Release is read again, every night

[Timer]
OnCalendar=*-*-* 02:30:00
Persistent=true

[Install]
WantedBy=timers.target
""",
    }
