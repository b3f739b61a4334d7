"""The networks that are measured: their sizes, and their folders, written when they are missing or out of date."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from generate import write_all
from sample import BenchNetwork, Sizes, make_network
from write_congtin import BENCH_THEME, SHIPPED_THEME

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
_CROSSPOST = 0.05
SIZES = {
    "XS": Sizes(60, 4, 15, _CROSSPOST, 1),
    "S": Sizes(500, 10, 50, _CROSSPOST, 1),
    "M": Sizes(10_000, 150, 300, _CROSSPOST, 1),
    "L": Sizes(22_000, 390, 200, _CROSSPOST, 1),
}
_PELICAN_ITEMS = 5_000
# What decides the bytes of a network besides its sizes.
_MAKERS = ("*.txt", "assets.py", "generate.py", "sample.py", "text.py", "write_*.py", "theme", "hugo-*", "pelican")
_FROM_REPOSITORY = ("workflows", "sites/_defaults.yaml")


@dataclass(frozen=True)
class Network:
    """One network in a folder, in the forms of all three programs."""

    folder: Path
    sizes: Sizes

    @property
    def root(self) -> Path:
        return self.folder / "congtin"

    @property
    def items(self) -> int:
        return self.sizes.portal_items + self.sizes.sites * self.sizes.site_items

    @cached_property
    def model(self) -> BenchNetwork:
        return make_network(self.sizes)

    def written(self, host: str, path: str) -> Path:
        """Return where our page of an address is."""
        return self.root / "output" / host / path / "index.html"

    def written_by_hugo(self, host: str, path: str) -> Path:
        """Return where Hugo's page of an address is."""
        return self.folder / "hugo-output" / host / path / "index.html"


def network_in(folder: Path, size: str, *, shipped: bool = False) -> Network:
    """Return the network of a named size below ``folder``; ours with the bench theme, or with the shipped one."""
    if shipped:
        return _ready(folder / f"{size}-shipped", SIZES[size], SHIPPED_THEME)
    return _ready(folder / size, SIZES[size])


def tenth_in(folder: Path, size: str) -> Network:
    """Return the network with a tenth of the Items in a tenth of the Sites, as many Items in each."""
    whole = SIZES[size]
    sizes = replace(whole, portal_items=whole.portal_items // 10, sites=max(1, whole.sites // 10))
    return _ready(folder / f"{size}-tenth", sizes)


def _ready(folder: Path, sizes: Sizes, theme: Path = BENCH_THEME) -> Network:
    pelican_items = min(_PELICAN_ITEMS, sizes.portal_items)
    # The plugins are a link into this repository: a network cannot follow when it moves.
    made_from = f"{sizes}, {pelican_items}, {REPOSITORY}, {_makers(theme)}"
    stamp = folder / "made-from.txt"
    if not stamp.is_file() or stamp.read_text("utf-8") != made_from:
        print(f"writing the network {folder.name}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        write_all(sizes, pelican_items, folder.resolve(), theme)
        stamp.write_text(made_from, "utf-8")
    return Network(folder.resolve(), sizes)


def _makers(theme: Path) -> str:
    """Return a digest of the files that make a network."""
    found = [path for pattern in _MAKERS for path in HERE.glob(pattern)]
    found += [*(REPOSITORY / name for name in _FROM_REPOSITORY), theme]
    files = {file for path in found for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()}
    digest = hashlib.sha256()
    for file in sorted(file for file in files if "__pycache__" not in file.parts):
        digest.update(f"{file.relative_to(REPOSITORY).as_posix()}\0{len(file.read_bytes())}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def page_count(root: Path) -> int:
    """Return how many pages a tree of outputs has."""
    return sum(1 for file in root.rglob("*.html") if file.is_file())


def item_count(folder: Path) -> int:
    """Return how many Items the single Site has that plain Pelican builds too."""
    count: int = json.loads((folder / "bench.json").read_text("utf-8"))["single"]["items"]
    return count
