"""Only what changed is built again, and the result is always that of a clean build."""

from __future__ import annotations

import random
import shutil
from datetime import timedelta

import pytest
from network import NOON, TinyNetwork, article, document, translation

from congtin.build.pipeline import BuildRequest, build
from congtin.model import Profile

NEWS = "content/ha/portal/tin-tuc/2026"


def test_an_unchanged_network_is_not_built_again(tiny):
    """The second build runs no Pelican at all, and still reports every page."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1))
    first = net.build()
    second = net.build()
    assert (first.skipped, second.skipped) == (0, 4)
    assert (second.pages, second.files, second.changed) == (first.pages, first.files, 0)


def test_only_editions_that_show_an_item_are_built_again(tiny):
    """An article copied to the ward: portal and ward are built, English Edition and commune are skipped."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1, crosspost="[ha/lim]"))
    net.build()
    net.write(f"-- {NEWS}/a.vi.md --\n" + article(1, body="Sửa.", crosspost="[ha/lim]"))
    report = net.build()
    assert (report.skipped, report.changed) == (2, 2)


def test_a_change_of_a_site_reaches_those_that_show_it(tiny):
    """A ward's new name changes its own pages, the portal's directory, and nothing of the commune."""
    net = tiny()
    net.build()
    text = (net.root / "sites/ha/lim.yaml").read_text("utf-8")
    net.put("sites/ha/lim.yaml", text.replace("{vi: Phường Lim}", "{vi: Phường Lim Mới}"))
    assert net.build().skipped == 1
    assert "Phường Lim Mới" in net.text("ha.gov.vn/co-quan/")


def test_the_clock_is_an_input(tiny):
    """A document that expires overnight says so the next day, without any edit (D11)."""
    net = tiny(
        "-- content/ha/portal/van-ban/2026/qd.vi.md --\n" + document(1, effective="2026-10-01", expires="2026-11-22")
    )
    net.build()
    assert "Còn hiệu lực" in net.text("ha.gov.vn/van-ban/2026/qd/")
    net.now = NOON + timedelta(days=1)
    assert net.build().skipped == 3
    assert "Hết hiệu lực" in net.text("ha.gov.vn/van-ban/2026/qd/")


def test_a_lost_file_is_made_again(tiny):
    """Whoever deletes an output file gets it back with the next build."""
    net = tiny()
    net.build()
    before = net.files()
    (net.output / "lim.ha.gov.vn/index.html").unlink()
    shutil.rmtree(net.output / "ha.gov.vn/english")
    assert net.build().skipped == 2
    assert net.files() == before


def test_full_ignores_what_was_built_before(tiny):
    """`--full` builds every Edition and changes nothing."""
    net = tiny()
    net.build()
    run = net.congtin("build", "--full")
    assert run.returncode == 0
    assert "4 of 4 Editions" in run.stdout


class Series:
    """A random series of edits to a tiny network."""

    def __init__(self, net: TinyNetwork, seed: int) -> None:
        self.net = net
        self.chance = random.Random(seed)  # noqa: S311 (a repeatable series, no secret)
        self.items: dict[int, dict[str, object]] = {}
        self.places: dict[int, str] = {}
        self.translated: set[int] = set()
        self.steps: list[str] = []

    def step(self) -> None:
        edits = [
            self.add,
            self.edit,
            self.move,
            self.remove,
            self.translate,
            self.crosspost,
            self.withdraw,
            self.rename_site,
            self.fallback,
            self.clock,
            self.tag,
        ]
        edit = self.chance.choice(edits if self.items else [self.add])
        self.steps.append(edit.__name__)
        edit()
        self.save()

    def some(self) -> int:
        return self.chance.choice(sorted(self.items))

    def add(self) -> None:
        number = max(self.items, default=0) + 1
        day = self.chance.randint(1, 28)
        month = self.chance.randint(9, 12)
        self.items[number] = {"title": f"Tin {number}", "date": f"2026-{month:02}-{day:02}T08:00:00+07:00"}
        self.places[number] = f"{NEWS}/tin-{number}"

    def edit(self) -> None:
        self.items[self.some()]["body"] = f"Nội dung {self.chance.random()}"

    def tag(self) -> None:
        self.items[self.some()]["tags"] = self.chance.choice(["[giao-thong]", "[moi-truong, giao-thong]", "[]"])

    def move(self) -> None:
        number = self.some()
        old = self.places[number].rpartition("/")[2]
        new = f"moi-{self.chance.randint(1, 10**6)}"
        aliases = [*self.items[number].get("aliases", []), f"/tin-tuc/2026/{old}/"]
        self.items[number]["aliases"] = aliases
        self.delete_files(number)
        self.places[number] = f"{NEWS}/{new}"

    def remove(self) -> None:
        number = self.some()
        self.delete_files(number)
        del self.items[number]
        self.translated.discard(number)

    def translate(self) -> None:
        self.translated.add(self.some())

    def crosspost(self) -> None:
        self.items[self.some()]["crosspost"] = self.chance.choice(["['ha/*']", "[ha/lim]", "['ha/*:commune']", "[]"])

    def withdraw(self) -> None:
        self.items[self.some()]["withdrawn"] = "{at: 2026-11-23T00:00:00+07:00, reason: Sai}"

    def rename_site(self) -> None:
        name = f"Phường Lim {self.chance.randint(1, 99)}"
        self.net.put("sites/ha/lim.yaml", f"kind: ward\nname: {{vi: {name}}}\nshort_name: {{vi: Lim}}\nlabel: lim\n")

    def fallback(self) -> None:
        policy = self.chance.choice(["hide", "show-original"])
        text = (self.net.root / "sites/_defaults.yaml").read_text("utf-8").splitlines()[0]
        self.net.put("sites/_defaults.yaml", f"{text}\nfallback: {{default: {policy}}}\n")

    def clock(self) -> None:
        self.net.now += timedelta(days=self.chance.randint(1, 12))

    def delete_files(self, number: int) -> None:
        for lang in ("vi", "en"):
            (self.net.root / f"{self.places[number]}.{lang}.md").unlink(missing_ok=True)

    def save(self) -> None:
        for number, fields in self.items.items():
            text = article(number, **fields)
            self.net.put(f"{self.places[number]}.vi.md", text)
            if number in self.translated:
                self.net.put(f"{self.places[number]}.en.md", translation(text, f"News {number}"))


@pytest.mark.parametrize("seed", range(30))
def test_after_any_series_of_edits_the_tree_is_that_of_a_clean_build(tiny, tmp_path, seed):
    """Incremental equals clean, byte for byte, and nothing is left over."""
    net = tiny()
    series = Series(net, seed)
    for number in range(4):
        for _ in range(3):
            series.step()
        net.build(workers=2)
        clean = tmp_path / f"clean-{number}"
        build(BuildRequest(net.root, clean, clean / ".congtin", net.now, Profile.WORK, workers=2))
        expected = {
            file.relative_to(clean).as_posix(): file.read_bytes()
            for file in clean.rglob("*")
            if file.is_file() and ".congtin" not in file.parts
        }
        assert net.files() == expected, series.steps
