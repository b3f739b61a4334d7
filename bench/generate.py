"""Write a benchmark network: as a Côngtin repository, as Hugo sites and as one plain Pelican site.

python bench/generate.py DIR --portal-items 10000 --sites 150 --site-items 300 --seed 1
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from dataclasses import asdict
from pathlib import Path

from sample import BenchNetwork, Sizes, make_network
from write_congtin import BENCH_THEME, SHIPPED_THEME, write_congtin
from write_hugo import write_hugo
from write_pelican import write_pelican


def main() -> None:
    """Read the arguments and write everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to write; must not exist or be empty")
    parser.add_argument("--portal-items", type=int, default=10_000, help="Items of the portal")
    parser.add_argument("--sites", type=int, default=150, help="component Sites")
    parser.add_argument("--site-items", type=int, default=300, help="Items of each component Site")
    parser.add_argument("--crosspost", type=float, default=0.05, help="share of Items offered to other Sites")
    parser.add_argument("--pelican-items", type=int, default=5_000, help="Items of the plain Pelican site")
    parser.add_argument("--shipped", action="store_true", help="with themes/base, and what Hugo needs to say the same")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another network")
    given = parser.parse_args()
    if given.folder.exists() and any(given.folder.iterdir()):
        parser.error(f"{given.folder} is not empty")
    sizes = Sizes(given.portal_items, given.sites, given.site_items, given.crosspost, given.seed)
    theme = SHIPPED_THEME if given.shipped else BENCH_THEME
    write_all(sizes, given.pelican_items, given.folder.resolve(), theme)


def write_all(sizes: Sizes, pelican_items: int, folder: Path, theme: Path = BENCH_THEME) -> None:
    """Write the network twice, and with the bench theme a single Site three times, to compare with plain Pelican."""
    network = make_network(sizes)
    write_congtin(network, folder / "congtin", theme)
    write_hugo(network, folder, theme)
    single = network.only_portal(pelican_items)
    roots = [folder / "congtin"]
    if theme == BENCH_THEME:
        write_congtin(single, folder / "single" / "congtin", theme)
        write_hugo(single, folder / "single")
        write_pelican(single, folder / "pelican")
        roots.append(folder / "single" / "congtin")
    for root in roots:
        _commit(root)
    counts = {"network": _counts(network), "single": _counts(single), "host": network.portal.host}
    data = {**counts, "sizes": asdict(sizes), "pelican_items": pelican_items}
    (folder / "bench.json").write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    print(json.dumps(counts))


def _commit(root: Path) -> None:
    """Make a repository of ``root`` with one commit, as an editor's clone is one: builds ask Git what changed."""
    who = {"NAME": "Bench", "EMAIL": "bench@example.vn", "DATE": "2026-11-01T08:00:00+07:00"}
    environment = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    # Nobody's own settings (signing, hooks), and no housekeeping while something is measured.
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for words in (
        ("init", "--quiet", "--initial-branch=main"),
        ("config", "gc.auto", "0"),
        ("config", "maintenance.auto", "false"),
        ("add", "--all"),
        ("commit", "--quiet", "--message=Benchmark network"),
    ):
        subprocess.run(["git", *words], cwd=root, env={**os.environ, **environment}, check=True)


def _counts(network: BenchNetwork) -> dict[str, int]:
    return {
        "sites": len(network.sites),
        "items": sum(map(len, network.items.values())),
        "copies": sum(map(len, network.copies.values())),
    }


if __name__ == "__main__":
    main()
