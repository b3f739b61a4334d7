"""Check an archive package on any machine: every byte, the signature over them, the Release it was made from (J1)."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from congtin.editorial import signatures
from congtin.editorial.signatures import BadSignature, parse_key
from congtin.editorial.trust import TrustRoot
from congtin.errors import Problem, Severity, UsageError
from congtin.messages import Msg, msg
from congtin.release.archive.bag import DATA, DECLARATION, INFO, MANIFEST, SIGNATURE, TAG_MANIFEST, manifest_of
from congtin.release.archive.package import ABOUT, ITEMS, NAMESPACE
from congtin.release.records import OUTPUTS, RECORD
from congtin.release.records import SIGNATURE as RECORD_SIGNATURE
from congtin.validation import parse_time

_TAGS = (DECLARATION, INFO, MANIFEST)
_CHUNK = 1 << 20


@dataclass
class Checked:
    """What was found in a package."""

    problems: list[Problem] = field(default_factory=list)
    files: int = 0
    items: int = 0
    signer: str = ""

    @property
    def sound(self) -> bool:
        return not any(problem.severity is Severity.ERROR for problem in self.problems)

    def fail(self, code: str, text: Msg, path: str, severity: Severity = Severity.ERROR) -> None:
        """Note something that is wrong."""
        self.problems.append(Problem(code, text, path, 0, None, severity))


def check_package(folder: Path, trust: TrustRoot | None) -> Checked:
    """Return everything that differs from what was signed; raise UsageError when the folder is no package.

    Without a trust root the signature is checked, but not whose it is: that is a warning.
    """
    if not (folder / DECLARATION).is_file():
        hint = msg("Name the folder that holds {file}.", file=DECLARATION)
        raise UsageError(msg("{path} is no archive package.", path=folder), hint)
    checked = Checked()
    payload = _manifest(folder, MANIFEST, checked)
    tags = _manifest(folder, TAG_MANIFEST, checked)
    present = set(_present(folder, checked))
    for name in _TAGS:
        if name not in tags:
            checked.fail("archive-not-listed", msg("It is not in the list {list}.", list=TAG_MANIFEST), name)
    for name, digest in {**tags, **payload}.items():
        _compare(folder, name, digest, present, checked)
    for name in sorted(present - payload.keys() - tags.keys() - {TAG_MANIFEST, SIGNATURE}):
        checked.fail("archive-not-listed", msg("No list of the package names this file."), name)
    checked.files = len(payload)
    checked.items = sum(bool(re.fullmatch(rf"{DATA}/{ITEMS}/.+/item\.json", name)) for name in payload)
    _signature(folder, trust, checked)
    _pages(folder, checked)
    return checked


def _manifest(folder: Path, name: str, checked: Checked) -> dict[str, str]:
    try:
        found = manifest_of((folder / name).read_bytes())
    except OSError:
        checked.fail("archive-missing", msg("The file is missing."), name)
        return {}
    except ValueError:
        checked.fail("archive-unreadable", msg("The list cannot be read."), name)
        return {}
    for path in list(found):
        if path.startswith("/") or ".." in path.split("/"):
            checked.fail("archive-leads-out", msg("The name leads out of the package."), path)
            del found[path]
    return found


def _present(folder: Path, checked: Checked) -> Iterator[str]:
    for directory, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(directory, name)
            relative = path.relative_to(folder).as_posix()
            if path.is_symlink():
                checked.fail("archive-leads-out", msg("A link is no file of a package."), relative)
            elif path.is_file():
                yield relative


def _compare(folder: Path, name: str, digest: str, present: set[str], checked: Checked) -> None:
    if name not in present:
        checked.fail("archive-missing", msg("The file is missing."), name)
        return
    found = hashlib.sha256()
    with (folder / name).open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    if found.hexdigest() != digest:
        checked.fail("archive-altered", msg("The file is not the one that was archived."), name)


def _signature(folder: Path, trust: TrustRoot | None, checked: Checked) -> None:
    try:
        data = (folder / TAG_MANIFEST).read_bytes()
        key = signatures.verify(data, (folder / SIGNATURE).read_bytes(), NAMESPACE)
        record = (folder / DATA / "release" / RECORD).read_bytes()
        record_key = signatures.verify(
            record, (folder / DATA / "release" / RECORD_SIGNATURE).read_bytes(), signatures.RELEASE
        )
        created = parse_time(json.loads(record)["created"])
    except OSError as error:
        checked.fail("archive-missing", msg("The file is missing."), Path(error.filename).name)
        return
    except (BadSignature, ValueError, KeyError, TypeError):
        checked.fail("archive-signature", msg("The package is not signed by the service."), SIGNATURE)
        return
    checked.signer = key.fingerprint
    if trust is None:
        text = msg("Whose key signed was not checked: no trust root was named. The key is {key}.", key=key.fingerprint)
        checked.fail("no-trust-root", text, SIGNATURE, Severity.WARNING)
    elif not _vouches(trust, key.fingerprint, created) or not trust.is_service_key(record_key.fingerprint, created):
        checked.fail("archive-signature", msg("The package is not signed by the service."), SIGNATURE)


def _vouches(trust: TrustRoot, fingerprint: str, created: datetime) -> bool:
    """Tell whether a key of the service may sign packages of a Release: it had not ended when that was made."""
    keys = (key for key in trust.service_keys if parse_key(key.key).fingerprint == fingerprint)
    return any((key.valid_to is None or key.valid_to > created) and key.revoked is None for key in keys)


def _pages(folder: Path, checked: Checked) -> None:
    """Hold the pages against the list of the Release: they are those that citizens saw."""
    release = folder / DATA / "release"
    try:
        record: Mapping[str, Any] = json.loads((release / RECORD).read_bytes())
        listed = (release / OUTPUTS).read_bytes()
        outputs = manifest_of(listed)
        about: Mapping[str, Any] = json.loads((folder / DATA / ABOUT).read_bytes())
    except (OSError, ValueError):
        # Named above: a file is missing or is not the one that was archived.
        return
    if hashlib.sha256(listed).hexdigest() != record.get("outputs"):
        checked.fail(
            "archive-altered", msg("It is not the list that the Release’s record names."), f"{DATA}/release/{OUTPUTS}"
        )
    if about.get("items") != checked.items:
        checked.fail(
            "archive-missing", msg("The package holds another number of Items than it says."), f"{DATA}/{ITEMS}"
        )
    for file in sorted((folder / DATA / ITEMS).glob("*/*/*/pages/**/*.html")):
        output = file.as_posix().partition("/pages/")[2]
        if hashlib.sha256(file.read_bytes()).hexdigest() != outputs.get(output):
            name = file.relative_to(folder).as_posix()
            checked.fail("archive-altered", msg("The page is not the one that the Release showed."), name)
