"""How the system is set up: settings without paths and secrets, rules in force, heads, Releases, procedures (K11)."""

from __future__ import annotations

import enum
import hashlib
import types
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from congtin import __version__
from congtin.editorial import approvals, log
from congtin.editorial.desk import MAIN, Desk
from congtin.editorial.signatures import parse_key
from congtin.engine import blob_id, engine_digest
from congtin.errors import UsageError
from congtin.model import HANOI_TIME
from congtin.release.controls import Controls
from congtin.release.home import Home
from congtin.release.inventory.packages import programs_found
from congtin.release.procedures import Procedures
from congtin.release.releases import all_releases, live_release
from congtin.release.settings import FILE
from congtin.rules.packs import FOLDER, RuleBook
from congtin.rules.reading import Reader

MASK = "***"
# Words of one's own choice that name a part of the settings and nothing outside.
_NAMES = frozenset({"name", "kind"})
_POLICY = "workflows/editorial.yaml"


def masked(model: BaseModel) -> dict[str, Any]:
    """Return settings as data in which every text is hidden that could be a path, a host, an account or a secret.

    Numbers, yes and no, and words of a fixed choice stay; a field that is added later is hidden unless it is one.
    """
    fields = type(model).model_fields
    return {
        name: _masked(getattr(model, name), plain=name in _NAMES or _is_choice(info.annotation))
        for name, info in fields.items()
    }


def _masked(value: object, *, plain: bool) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseModel):
        return masked(value)
    if isinstance(value, Mapping):
        return {MASK: len(value)}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(entry, plain=plain) for entry in value]
    return (value.value if isinstance(value, enum.Enum) else str(value)) if plain else MASK


def _is_choice(annotation: Any) -> bool:
    """Tell whether a field can only hold words that stand in the sources."""
    origin = get_origin(annotation)
    if origin is Literal or (isinstance(annotation, type) and issubclass(annotation, enum.Enum)):
        return True
    if origin is Annotated:
        return _is_choice(get_args(annotation)[0])
    if origin in (Union, types.UnionType, list, tuple):
        inner = [part for part in get_args(annotation) if part not in (type(None), Ellipsis)]
        return bool(inner) and all(_is_choice(part) for part in inner)
    return False


def rules_data(reader: Reader, book: RuleBook, now: datetime) -> dict[str, Any]:
    """Return which policy and which rule packs are in force, each with the digest of its bytes."""
    today = now.astimezone(HANOI_TIME).date()
    packs = [
        {
            "id": pack.id,
            "cite_as": pack.fields.cite_as,
            "number": pack.fields.number,
            "issuer": pack.fields.issuer,
            "valid_from": _day(pack.fields.valid_from),
            "valid_to": _day(pack.fields.valid_to),
            "status": pack.fields.status,
            "in_force": pack.in_force(today),
            "blob": blob_id(reader.read(pack.path) or b""),
        }
        for pack in book.packs.values()
    ]
    policy = reader.read(_POLICY)
    files = {path: blob_id(reader.read(path) or b"") for path in sorted(_workflow_files(reader))}
    return {"policy": blob_id(policy) if policy is not None else None, "rule_packs": packs, "files": files}


def _workflow_files(reader: Reader) -> Iterator[str]:
    return (path for path in reader.paths("workflows") if not path.startswith(f"{FOLDER}/"))


def engine_data() -> dict[str, Any]:
    """Return which engine this is and which programs it finds."""
    return {"congtin": __version__, "engine": engine_digest(), "programs": programs_found()}


def procedures_data(procedures: Procedures, controls: Controls) -> list[dict[str, Any]]:
    """Return each procedure that must be there, with what its front matter says (J7)."""
    rows = []
    for path in controls.procedures:
        found = procedures.found.get(path)
        facts = found.model_dump(mode="json") if found else {}
        problems = [problem.code for problem in procedures.problems if problem.path == path]
        rows.append({"path": path, **facts, "problems": problems})
    return rows


def home_data(home: Home, desk: Desk) -> dict[str, Any]:
    """Return settings, heads and Releases of a machine that publishes."""
    settings_file = home.folder / FILE
    live = live_release(home)
    return {
        "settings": masked(home.settings),
        "settings_sha256": hashlib.sha256(settings_file.read_bytes()).hexdigest(),
        "heads": {name: desk.plain.ref(name) for name in (MAIN, log.REF, approvals.REF)},
        "service_keys": [
            {
                "fingerprint": parse_key(key.key).fingerprint,
                "valid_from": key.valid_from.isoformat(),
                "valid_to": key.valid_to.isoformat() if key.valid_to else None,
            }
            for key in desk.trust.service_keys
        ],
        "trust_root_sha256": _digest(desk),
        "web_server_sha256": files_digest(home.folder / "hosting"),
        "live": live.number if live else None,
        "releases": [
            {
                "number": release.number,
                "commit": release.record.commit,
                "created": release.record.created.isoformat(),
                "profile": release.record.profile,
                "files": release.record.files,
                "outputs_sha256": release.record.outputs,
                "log_head": release.record.log_head,
                "engine": release.record.engine,
                "lock": release.record.lock,
            }
            for release in all_releases(home)
        ],
    }


def files_digest(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder that `congtin host` wrote; their texts name hosts and paths."""
    files = sorted(file for file in folder.rglob("*") if file.is_file()) if folder.is_dir() else ()
    return {file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _digest(desk: Desk) -> str | None:
    try:
        return hashlib.sha256(desk.setting("trust").read_bytes()).hexdigest()
    except (UsageError, OSError):
        return None


def _day(day: object) -> str | None:
    return str(day) if day else None
