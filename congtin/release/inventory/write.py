"""Write an inventory: a few files for people and programs, with their digests (K11)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from congtin.release.inventory.packages import node_bom, python_bom
from congtin.release.inventory.sites import COLUMNS, SiteFacts, gaps
from congtin.release.whole_folder import whole_folder

SITES, HOSTS, BOM, TEST_BOM, CONFIGURATION, SUMS = (
    "sites", "hosts.csv", "sbom.cdx.json", "sbom-tests.cdx.json", "configuration.json", "SHA256SUMS",
)  # fmt: skip
_HOST_COLUMNS = ("host", "prefix", "lang", "site", "kind", "status", "url")


@dataclass(frozen=True)
class Inventory:
    """All that goes into the files."""

    now: datetime
    commit: str | None
    """The commit the Sites were read from; none for a work tree."""
    sites: Sequence[SiteFacts]
    configuration: Mapping[str, Any]


def inventory_files(inventory: Inventory) -> dict[str, bytes]:
    """Return the files of an inventory by name, the list of their digests among them."""
    when = inventory.now.isoformat(timespec="seconds")
    sites = {
        "format": 1,
        "at": when,
        "commit": inventory.commit,
        "count": len(inventory.sites),
        "missing": gaps(inventory.sites),
        "sites": [facts.data for facts in inventory.sites],
    }
    files = {
        f"{SITES}.json": _json(sites),
        f"{SITES}.csv": _csv(COLUMNS, [facts.row() for facts in inventory.sites]),
        HOSTS: _csv(_HOST_COLUMNS, [row for facts in inventory.sites for row in _hosts(facts)]),
        CONFIGURATION: _json({"format": 1, "at": when, "commit": inventory.commit, **inventory.configuration}),
        BOM: python_bom(inventory.now).encode(),
    }
    tests = node_bom(inventory.now)
    if tests is not None:
        files[TEST_BOM] = tests.encode()
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return files | {SUMS: sums.encode()}


def write_inventory(inventory: Inventory, target: Path) -> list[str]:
    """Write an inventory to a folder; return the names. Raise UsageError when something is there already."""
    with whole_folder(target, 0o750) as half:
        files = inventory_files(inventory)
        for name, data in files.items():
            with (half / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
    return sorted(files)


def _hosts(facts: SiteFacts) -> list[dict[str, str]]:
    data = facts.data
    return [
        {**edition, **{name: data[name] for name in ("site", "kind", "status")}} for edition in data["editions"]
    ]  # fmt: skip


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"
