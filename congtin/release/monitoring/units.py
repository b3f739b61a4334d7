"""The systemd unit that keeps the monitor running, as text to be put in place by whoever runs the machine."""

from __future__ import annotations

from pathlib import Path

_SERVICE = """\
# {name}
[Unit]
Description=Congtin monitor of {home}
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
User={user}
ExecStart={program} monitor --home {home} --format json{metrics}
Restart=always
RestartSec=10
UMask=0027
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={home}/monitoring {home}/status
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX

[Install]
WantedBy=multi-user.target
"""


def service_unit(home: Path, program: Path, user: str, port: int | None) -> str:
    """Return the unit of a home; paths with a space are quoted as systemd reads them."""
    metrics = f" --prometheus-port {port}" if port else ""
    return _SERVICE.format(
        name="/etc/systemd/system/congtin-monitor.service", home=_word(home), program=_word(program), user=user,
        metrics=metrics,
    )  # fmt: skip


def _word(path: Path) -> str:
    text = str(path).replace("%", "%%")
    return f'"{text}"' if " " in text else text
