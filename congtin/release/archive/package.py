"""Make an archive package of what a Release shows: Sources, media, pages, facts, digests (J1, J6, E19).

Everything is read from the objects of the Release's commit and from the Release itself, never from a work tree, and
nothing but them decides a byte: the same Release and the same choice give the same package.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from congtin import __version__
from congtin.catalogue.closure import whole_catalogue
from congtin.catalogue.source import Item
from congtin.crosspost.placements import place
from congtin.editorial import signatures
from congtin.editorial.desk import Desk
from congtin.editorial.mainline import Mainline
from congtin.editorial.repository import GitRepository
from congtin.errors import UsageError, did_you_mean
from congtin.messages import msg
from congtin.model import HANOI_TIME, Placement
from congtin.network.network import Network
from congtin.release.archive.bag import SIGNATURE, Bag, new_bag
from congtin.release.archive.item_record import COLUMNS, item_data, paths_of, placement_data, row_of
from congtin.release.archive.period import Choice
from congtin.release.archive.retention import FILE as RETENTION
from congtin.release.archive.retention import load_retention, retention_of
from congtin.release.archive.trail import trail_of
from congtin.release.records import OUTPUTS, RECORD, Release, ReleaseDamaged
from congtin.release.records import SIGNATURE as RECORD_SIGNATURE

NAMESPACE = "congtin-archive"
ITEMS, INDEX, ABOUT, THEME = "items", "items.csv", "about.json", "theme"
LEFT_OUT = (
    "Names and accounts of the people who edited and approved: that list is secret (E7).",
    "The signed statements of approval: each is named by its SHA-256 and lies in the content repository.",
    "Edits and Changes that were not published, and refused ones.",
    "Lists, archives, feeds, search indexes and home pages: they are made from the Items.",
)
"""What no package holds; stands in `about.json` of each."""


@dataclass
class Packed:
    """What a package holds."""

    items: int = 0
    files: int = 0
    size: int = 0
    withdrawn: int = 0
    without_term: int = 0
    without_approval: int = 0
    classes: Counter[str] = field(default_factory=Counter)


def pack(desk: Desk, release: Release, target: Path, choice: Choice) -> Packed:
    """Write the package of the Items that ``choice`` means to ``target``, signed with the service's key.

    Raise UsageError for an unknown Site or a folder that is not empty, ReleaseDamaged when a page or the record is not
    what the service signed, ProblemsFound when the rules on keeping cannot be read. Then there is no package.
    """
    release.check_signature(desk.trust)
    with tempfile.TemporaryDirectory(prefix="congtin-") as folder, Mainline(desk.plain, Path(folder)) as mainline:
        packer = _Packer(desk.plain, release, choice, mainline)
        with new_bag(target) as bag:
            packed = packer.fill(bag)
            listed = bag.close(packer.facts(packed))
            (bag.folder / SIGNATURE).write_bytes(signatures.sign(listed, desk.key, NAMESPACE))
    return packed


class _Packer:
    def __init__(self, content: GitRepository, release: Release, choice: Choice, mainline: Mainline) -> None:
        self.content = content
        self.release = release
        self.record = release.record
        self.choice = choice
        self.tree = content.tree(self.record.commit)
        self.network = mainline.side(self.record.commit).network
        _require_sites(choice, self.network)
        self.rules = mainline.rules(self.record.commit, self.record.clock)
        self.table = load_retention(self.tree)
        mainline.bring_to(self.record.commit)
        self.catalogue = whole_catalogue(mainline.store, self.network)
        self.trail = trail_of(content, self.record.commit, self.record.log_head)
        self.packed = Packed()

    def fill(self, bag: Bag) -> Packed:
        placed = self._placed()
        items = sorted(self.catalogue.items.values(), key=lambda item: (item.site, item.id))
        rows = [self._item(bag, item, placed.get(item.id, [])) for item in items if self._meant(item)]
        bag.put(INDEX, _csv(rows))
        bag.put(ABOUT, _json(self._about()))
        bag.put("retention.yaml", self.tree.read(RETENTION) or b"")
        for name in (RECORD, RECORD_SIGNATURE, OUTPUTS):
            bag.put(f"release/{name}", (self.release.folder / name).read_bytes())
        for name, output in self._theme():
            bag.put(f"{THEME}/{name}", self._output(output))
        self.packed.files, self.packed.size = len(bag.payload), bag.size
        return self.packed

    def facts(self, packed: Packed) -> dict[str, str]:
        """Return what `bag-info.txt` says."""
        portals = [portal for portal in self.network.portals if any(map(self.choice.site, self._sites(portal)))]
        owners = {self.network.sites[f"{portal}/portal"].options.owning_authority for portal in portals}
        organization = "; ".join(sorted(owner for owner in owners if owner))
        return {
            **({"Source-Organization": organization} if organization else {}),
            # The Release's day, not today's: the package says the same whenever it is made.
            "Bagging-Date": self.record.created.astimezone(HANOI_TIME).date().isoformat(),
            "External-Identifier": f"congtin-release-{self.record.number}-{self.record.commit}",
            "External-Description": f"{packed.items} Items of {', '.join(portals)}",
            "Bag-Software-Agent": f"congtin {__version__}",
        }

    def _sites(self, portal: str) -> Iterator[str]:
        return (site.id for site in self.network.sites_of(portal))

    def _meant(self, item: Item) -> bool:
        facts = item.facts
        shown = not facts.draft and facts.date <= self.record.clock
        return shown and self.choice.site(item.site) and self.choice.item(item, self.trail.of(item.blobs()))

    def _placed(self) -> dict[str, list[Placement]]:
        found: dict[str, list[Placement]] = defaultdict(list)
        for placements in place(self.network, self.catalogue, self.record.clock).by_edition.values():
            for placement in placements:
                found[placement.item].append(placement)
        return found

    def _item(self, bag: Bag, item: Item, placements: list[Placement]) -> dict[str, str]:
        folder = f"{ITEMS}/{item.site}/{item.id}"
        retention = retention_of(self.table, item.kind, self.rules(item.site))
        data = item_data(item, self.network.sites[item.site], retention, self.trail)
        files = {}
        for path, name in paths_of(item):
            blob = self.tree.read(path)
            if blob is None:
                raise ReleaseDamaged(
                    msg("The commit of Release {number} has no {path}.", number=self.record.number, path=path)
                )
            files[name] = {"sha256": bag.put(f"{folder}/{name}", blob), "size": len(blob), "repository_path": path}
        shown = []
        for placement in sorted(placements, key=lambda p: (p.edition, p.path)):
            edition = self.network.edition(placement.edition)
            output = f"{edition.folder}/{placement.output}"
            page = self._output(output)
            name = f"pages/{output}"
            files[name] = {"sha256": bag.put(f"{folder}/{name}", page), "size": len(page), "output": output}
            shown.append({**placement_data(placement, edition), "page": name})
        data |= {"placements": shown, "files": files}
        bag.put(f"{folder}/item.json", _json(data))
        self._count(data)
        return row_of(data, f"data/{folder}", len(files) + 1)

    def _count(self, data: Mapping[str, Any]) -> None:
        packed = self.packed
        packed.items += 1
        packed.withdrawn += data["withdrawn"] is not None
        packed.without_term += data["retention"]["term"] is None
        packed.without_approval += not data["approvals"]
        packed.classes[f"{data['retention']['policy']}/{data['kind']}"] += 1

    def _output(self, output: str) -> bytes:
        """Return a file of the Release; raise ReleaseDamaged when it is not the one the record names."""
        number = self.record.number
        try:
            data = (self.release.tree / output).read_bytes()
        except OSError as error:
            raise ReleaseDamaged(msg("Release {number} lacks {path}.", number=number, path=output)) from error
        if hashlib.sha256(data).hexdigest() != self.release.outputs.get(output):
            raise ReleaseDamaged(msg("{path} of Release {number} was altered.", number=number, path=output))
        return data

    def _theme(self) -> Iterator[tuple[str, str]]:
        """Yield (name, output) of every style sheet, script and font; hosts share them, their names are digests."""
        hosts = {
            edition.host
            for site in self.network.sites.values()
            if self.choice.site(site.id)
            for edition in site.editions
        }
        found: dict[str, str] = {}
        for output in sorted(self.release.outputs):
            host, _, path = output.partition("/")
            before, middle, name = f"/{path}".partition("/theme/")
            if host in hosts and middle and before.count("/") < 2 and not name.endswith((".gz", ".br")):
                found.setdefault(name, output)
        yield from found.items()

    def _about(self) -> dict[str, object]:
        record = self.record
        return {
            "format": 1,
            "release": record.number,
            "commit": record.commit,
            "clock": record.clock.isoformat(),
            "profile": record.profile,
            "log_head": record.log_head,
            "choice": self.choice.data(),
            "items": self.packed.items,
            "withdrawn": self.packed.withdrawn,
            "without_retention_term": self.packed.without_term,
            "without_recorded_approval": self.packed.without_approval,
            "classes": dict(sorted(self.packed.classes.items())),
            "left_out": list(LEFT_OUT),
        }


def _require_sites(choice: Choice, network: Network) -> None:
    for pattern in choice.sites:
        if not any(Choice((pattern,)).site(site) for site in network.sites):
            raise UsageError(msg("There is no Site “{site}”.", site=pattern), did_you_mean(pattern, network.sites))


def _csv(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"
