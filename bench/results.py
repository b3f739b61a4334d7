"""docs/performance.json, which keeps every run of every case, and the page made from it.

python bench/results.py prints the page, as notes.md and the figures are now.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from cases import CASES, LARGE_CASES, Line
from contest import Run, middle

DOCS = Path(__file__).resolve().parent.parent / "docs"
_NOTES = Path(__file__).resolve().parent / "notes.md"
_HEAD = """\
# Performance

What Côngtin takes, beside Hugo and plain Pelican with the same content. `make bench` measures all of it and
writes this page; `make bench ARGS="--cases 2,5"` measures some cases again and leaves the other rows as they are.
[bench/README.md](../bench/README.md) says what is built, what is equal and what is not.

Times are medians, “clock / CPU”: seconds that passed, and seconds of all cores and all processes together. Ratios
are ours divided by the other's. A limit is one for the clock's ratio, or for the megabytes of our largest process.
Every run of every case stands in [performance.json](performance.json).
"""
_METHOD = """\
## How it was measured

* Programs run in turn on two cores, {runs}. Before each run what is not yet on the disk is written, and the
  machine has to be idle; when it was not in time, the run says so in the JSON and its row says so here.
* “From nothing” means without output, Fragments and caches. The operating system's own memory of files cannot be
  emptied by a program without special rights, so every program reads from memory.
* Hugo builds two sites at a time, and each may use both cores.
* The warm service is a process that has built everything once (`congtin.build.service`). An edit changes the
  title and the text of one Source in the work tree; it is not committed. Hugo builds that one site again, in a
  new process over its old output, after the same edit. After each run its new words are looked for on the page.
* Before an Item is on all Sites, none but its own has it. Ours needs one line in its front matter; Hugo, which has
  no copies, needs a content file in each site. Writing them is not in its time.
* Ours includes reading, checking and sanitising every text that changed, a digest of every output, and putting
  all pages in place together.
"""


def main() -> None:
    """Print the page."""
    sys.stdout.write(page(load(DOCS / "performance.json")))


def load(file: Path) -> dict[str, object]:
    """Return the cases measured so far."""
    return dict(json.loads(file.read_text("utf-8"))["cases"]) if file.is_file() else {}


def measured_now(lines: list[Line], size: str, context: dict[str, str]) -> dict[str, object]:
    """Return one case as it is kept."""
    return {"size": size, "measured": context, "lines": [asdict(line) for line in lines]}


def save(folder: Path, cases: dict[str, object]) -> None:
    """Write the figures and the page made from them."""
    ordered = {name: cases[name] for name in sorted(cases, key=int)}
    text = json.dumps({"format": 1, "cases": ordered}, ensure_ascii=False, indent=1)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "performance.json").write_text(text + "\n", "utf-8")
    (folder / "performance.md").write_text(page(ordered), "utf-8")


def page(cases: dict[str, object]) -> str:
    """Return the page."""
    found = {name: _lines(case) for name, case in cases.items()}
    parts = [_HEAD, "\n".join(_table(found)) + "\n"]
    notes = [f"* **Case {name}:** {text}\n" for name, text in _notes().items()]
    if notes:
        parts.append("".join(notes))
    parts.append(_METHOD.format(runs=_how_often(found)))
    contexts = "".join(f"* {text}\n" for text in _contexts(cases))
    if contexts:
        parts.append(f"## Where and with what\n\n{contexts}")
    return "\n".join(parts)


def _lines(case: object) -> list[Line]:
    if not isinstance(case, dict):
        raise TypeError(case)
    kept = case["lines"]
    return [Line(**{**k, "runs": [Run(**run) for run in k["runs"]], "parts": tuple(k["parts"])}) for k in kept]


def _how_often(found: dict[str, list[Line]]) -> str:
    counts = {sum(run.who == line.ours for run in line.runs) for lines in found.values() for line in lines}
    if not counts:
        return "several runs each"
    least, most = min(counts), max(counts)
    return f"{least} runs each" if least == most else f"{least} to {most} runs each"


def _table(found: dict[str, list[Line]]) -> Iterator[str]:
    yield "| case | what | ours | the other | ratio, clock | ratio, CPU | limit | |"
    yield "|---|---|---|---|---|---|---|---|"
    for name in sorted((*CASES, *LARGE_CASES), key=int):
        if name not in found:
            yield f"| {name} | not measured yet | | | | | | |"
        for line in found.get(name, []):
            yield f"| {name} | {' | '.join(_cells(line))} |"


def _cells(line: Line) -> list[str]:
    disturbed = sum(not run.quiet for run in line.runs)
    what = line.what + (f" ({disturbed} of {len(line.runs)} runs beside other work)" if disturbed else "")
    if line.memory:
        mine, theirs = (int(max(run.memory for run in line.runs if run.who == who)) for who in (line.ours, line.other))
        limit = f"{line.limit:g} MB" if line.limit else ""
        return [what, f"{mine:,} MB", f"{theirs:,} MB ({line.other})", "", "", limit, _verdict(mine, line.limit)]
    wall = [middle(line.runs, who, lambda run: run.wall) for who in (line.ours, line.other)]
    cpu = [middle(line.runs, who, lambda run: run.cpu) for who in (line.ours, line.other)]
    for values in (wall, cpu):
        values[:] = [value / parts for value, parts in zip(values, line.parts, strict=True)]
    mine, theirs = (_duration(w, c, line.per) for w, c in zip(wall, cpu, strict=True))
    limit = "" if line.limit is None else f"≤ {line.limit:g}"
    ratio = wall[0] / wall[1]
    return [
        what,
        mine,
        f"{theirs} ({line.other})",
        f"{ratio:.2f}",
        f"{cpu[0] / cpu[1]:.2f}" if cpu[1] else "",
        limit,
        _verdict(ratio, line.limit),
    ]


def _duration(wall: float, cpu: float, per: str) -> str:
    return f"{wall * 1000:.2f} / {cpu * 1000:.2f} ms {per}" if per else f"{wall:.2f} / {cpu:.2f} s"


def _verdict(value: float, limit: float | None) -> str:
    if limit is None:
        return "for comparison"
    return "met" if value <= limit else "**missed**"


def _notes() -> dict[str, str]:
    """Return the notes written by hand, by case; each stands under a heading with the case's number."""
    parts = re.split(r"^## (\d+)\n", _NOTES.read_text("utf-8"), flags=re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def _contexts(cases: dict[str, object]) -> Iterator[str]:
    """Yield on which machine and with which versions cases were measured, those measured alike together."""
    alike: dict[str, list[str]] = {}
    for name, case in cases.items():
        if not isinstance(case, dict):
            raise TypeError(case)
        told = dict(case["measured"])
        first = [f"commit {told.pop('commit')}", told.pop("date"), told.pop("machine"), told.pop("system")]
        text = ", ".join([*first, *(f"{program} {number}" for program, number in told.items())])
        alike.setdefault(f"network {case['size']}; {text}", []).append(name)
    for text, names in alike.items():
        word = "Case" if len(names) == 1 else "Cases"
        yield f"{word} {', '.join(names)}: {text}."


if __name__ == "__main__":
    main()
