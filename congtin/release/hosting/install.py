"""Puts a configuration in place, whole or not at all, after nginx itself has looked at it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from congtin.errors import CongtinError, UsageError, list_of
from congtin.messages import msg
from congtin.release.hosting import nginx
from congtin.release.hosting.settings import HostingSettings
from congtin.release.releases import sync_folder

_CHECK_SECONDS = 120
_OURS = re.compile(r"(site|plain|front)-[0-9a-f]{12}\.conf")

Make = Callable[[HostingSettings], dict[str, str]]
"""Makes the files of a configuration, for settings whose listeners may be others for a check."""


class ConfigurationRefused(CongtinError):
    """nginx does not take the configuration; nothing was put in place."""


def missing_certificates(settings: HostingSettings, hosts: Iterable[str]) -> list[str]:
    """Return the hosts whose certificate or key is not there."""
    files = nginx.certificate_files(settings, hosts)
    return [host for host, pair in files.items() if not all(map(_is_there, pair))]


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except PermissionError:  # a folder of keys that only root may enter: nginx will tell
        return True


def require_certificates(settings: HostingSettings, hosts: Iterable[str]) -> None:
    """Raise UsageError naming the hosts without a certificate."""
    missing = missing_certificates(settings, hosts)
    if missing:
        certificate, _ = nginx.certificate_files(settings, missing[:1])[missing[0]]
        hint = msg(
            "Looked for {file}, as “certificate” in publisher.yaml says. --leave-out serves the other hosts meanwhile.",
            file=certificate,
        )
        raise UsageError(msg("There is no certificate or key for: {hosts}.", hosts=list_of(missing)), hint)


def check(settings: HostingSettings, make: Make, *, front: bool = False) -> None:
    """Have nginx read the configuration, with the real certificates and paths but listeners of its own.

    Raise UsageError when there is no nginx, ConfigurationRefused with its words when it does not take it.
    """
    program = shutil.which(settings.nginx) or shutil.which(settings.nginx, path="/usr/sbin:/usr/local/sbin")
    if program is None:
        hint = msg("Install it (Debian: nginx), or name it with “nginx” in publisher.yaml.")
        raise UsageError(msg("The program {name} is not there.", name=settings.nginx), hint)
    with tempfile.TemporaryDirectory(prefix="congtin-nginx-") as name:
        folder = Path(name)
        files = nginx.placed(make(nginx.for_check(settings, folder)), folder)
        files[nginx.ALONE] = nginx.alone(settings, folder, front=front, check=True)
        (folder / "temporary").mkdir()
        for file, text in files.items():
            (folder / file).write_text(text, "utf-8")
        try:
            run = subprocess.run(  # noqa: S603 (a program the operator names)
                [program, "-t", "-q", "-p", f"{folder}/", "-c", nginx.ALONE],
                capture_output=True,
                text=True,
                check=False,
                timeout=_CHECK_SECONDS,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired as error:
            late = msg("nginx did not answer within {seconds} seconds.", seconds=_CHECK_SECONDS)
            raise ConfigurationRefused(late) from error
    if run.returncode:
        lines = [line for line in run.stderr.splitlines() if "[emerg]" in line] or run.stderr.splitlines()[-1:]
        hint = msg("nginx says: {detail}", detail=list_of(lines, most=3))
        raise ConfigurationRefused(msg("nginx does not take the configuration; nothing was put in place."), hint)


def put_in_place(settings: HostingSettings, make: Make, folder: Path, *, front: bool = False) -> Path:
    """Write the configuration into a folder and return its first file.

    What that file names is written before it; so whoever reads the folder at any moment finds all of the old
    configuration or all of the new one. Raise UsageError when it cannot be written.
    """
    folder = folder.absolute()
    files = nginx.placed(make(settings), folder)
    files[nginx.ALONE] = nginx.alone(settings, folder, front=front)
    try:
        (folder / "temporary").mkdir(parents=True, exist_ok=True)
        _write(folder, {name: text for name, text in files.items() if name != nginx.MAIN})
        _write(folder, {nginx.MAIN: files[nginx.MAIN]})
        for file in folder.iterdir():
            if _OURS.fullmatch(file.name) and file.name not in files:
                file.unlink()
    except OSError as error:
        detail = error.strerror or str(error)
        raise UsageError(msg("{path} cannot be written: {detail}.", path=folder, detail=detail)) from error
    return folder / nginx.MAIN


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        half = folder / f".{name}.new"
        with half.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(folder / name)
    sync_folder(folder)
