"""A Change is judged by the few Items it can matter to, exactly as the whole repository would be."""

from __future__ import annotations

import random
import re
import shutil
from contextlib import closing
from pathlib import Path

import pytest
import series_build_steps  # noqa: F401 (brings steps)
import series_site_steps  # noqa: F401 (the same)
from drawn import png
from network import NOON, SITES, TinyNetwork, article, item_id, read_repository
from series import Series
from series_run import START, take

from congtin.catalogue.store import CatalogueStore
from congtin.checks.addresses import lost_addresses
from congtin.checks.change import ChangeView, Side, view_change
from congtin.checks.extent import touched_items
from congtin.checks.placed import eventual, placement_changes
from congtin.checks.registry import Repository
from congtin.checks.reviewing import review_items
from congtin.checks.run import run_checks
from congtin.engine import blob_id
from congtin.errors import Problem, ProblemsFound
from congtin.model import Profile

Files = dict[str, bytes]


def write(folder: Path, files: Files) -> None:
    """Make a folder hold these files below content/ and sites/, and the rules."""
    for name in ("content", "sites"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def whole(folder: Path) -> Repository:
    return read_repository(folder, folder / ".congtin", NOON, Profile.WORK)


def reader(folder: Path):
    return lambda path: (folder / path).read_bytes() if (folder / path).is_file() else None


def side(folder: Path, repository: Repository) -> Side:
    return Side(repository.network, repository.numbers, reader(folder))


def key(problem: Problem):
    return (problem.code, problem.path, str(problem.message), problem.severity)


def problems_of(repository: Repository) -> dict[object, Problem]:
    clashes = [p for p in eventual(repository).problems if p.code == "address-clash"]
    return {key(problem): problem for problem in [*run_checks(repository), *clashes]}


def expected(before: Repository, after: Repository, changed: set[str]):
    """Return what two whole repositories say of a Change."""
    old, new = problems_of(before), problems_of(after)
    items = touched_items(changed)
    files = [i.blobs() for repo in (before, after) for i in repo.catalogue.items.values() if i.item_path in items]
    touched = changed.union(*files)
    found = {k for k, p in new.items() if k not in old or p.path in touched}
    own = [item for item in after.catalogue.items.values() if item.item_path in items]
    found |= {key(problem) for problem in [*lost_addresses(before, after), *review_items(after, own)]}
    return found


class Pair:
    """One repository in two states, each in a folder with a store of its own."""

    def __init__(self, folder: Path, rules: Path) -> None:
        self.before, self.after = folder / "before", folder / "after"
        for side_folder in (self.before, self.after):
            shutil.copytree(rules / "workflows", side_folder / "workflows")

    def compare(self, old: Files, new: Files) -> tuple[ChangeView, set[object]]:
        """Judge a Change from both sides; both must say what the whole repositories say."""
        write(self.before, old)
        write(self.after, new)
        before, after = whole(self.before), whole(self.after)
        changed = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
        sides = side(self.before, before), side(self.after, after)
        wanted = expected(before, after, changed)
        placed = list(placement_changes(before, after, (eventual(before), eventual(after))))
        for folder, holds in ((self.before, "before"), (self.after, "after")):
            with closing(CatalogueStore(folder / ".congtin")) as store:
                view = view_change(store, *sides, changed, NOON, holds=holds)
                assert not store.db.in_transaction
            found = {key(problem) for problem in view.problems}
            differing = {"extra": found - wanted, "missing": wanted - found}
            assert found == wanted, (holds, differing)
            assert list(view.placed) == placed, holds
        return view, wanted


# Mutations: what careless and malicious people do to files, without any care for the rest.


def texts(files: Files) -> list[str]:
    return sorted(path for path in files if path.endswith(".md"))


def originals(files: Files) -> list[str]:
    return [path for path in texts(files) if b"\nid: " in files[path]]


def set_field(data: bytes, name: str, value: str) -> bytes:
    text = re.sub(rf"\n{name}: [^\n]*", "", data.decode())
    return text.replace("\n---\n", f"\n{name}: {value}\n---\n", 1).encode()


def field_of(data: bytes, name: str) -> str:
    found = re.search(rf"\n{name}: ([^\n]*)", data.decode())
    return found[1] if found else ""


def address(path: str, rng: random.Random) -> str:
    _, _, _, section, year, name = path.split("/")
    slug = name.split(".")[0]
    return f"/{section}/{year}/{slug}/" if rng.random() < 0.8 else f"/{section}/{slug}/"


def mutate(files: Files, rng: random.Random) -> None:  # noqa: C901, PLR0912 (one case after another)
    path = rng.choice(originals(files))
    other = rng.choice(originals(files))
    data = files[path]
    match rng.randrange(19):
        case 0:
            del files[path]
        case 1:
            del files[rng.choice(sorted(p for p in files if p.startswith("content/")))]
        case 2:
            files[path] = set_field(data, "id", field_of(files[other], "id"))
        case 3:
            files[path] = set_field(data, "id", item_id(rng.randrange(1, 40)))
        case 4:
            site = rng.choice(["ha/portal", "ha/lim", "ha/mai"])
            section = rng.choice(["tin-tuc", "tin-thanh-pho", "gioi-thieu", "van-ban", "tu-co-so"])
            parts = other.split("/")
            files["/".join(["content", site, section, *parts[4:]])] = data
        case 5:
            files[path] = set_field(data, "aliases", f"[{address(other, rng)}]")
        case 6:
            files[path] = data + f"\n[x](item:{field_of(files[other], 'id')}#muc)\n\n## Mục\n".encode()
        case 7:
            files[path] = data.replace("## Mục".encode(), b"## Khac").replace(b"bai-", b"tin-")
        case 8:
            files[path] = set_field(data, "draft", rng.choice(["true", "false"]))
        case 9:
            day = rng.choice(["2026-10-01", "2027-01-01", "2026-12-24"])
            files[path] = set_field(data, "date", f"{day}T08:00:00+07:00")
        case 10:
            offers = rng.choice(["[ha/portal]", "[ha/*]", "[ha/lim, ha/mai]", "[]", "[ha/khong]"])
            files[path] = set_field(data, rng.choice(["crosspost", "crosspost_ended"]), offers)
        case 11:
            files[path] = set_field(data, "number", field_of(files[other], "number") or "15/2026/QĐ-UBND")
        case 12:
            files[path] = set_field(data, "replaces", f"[{field_of(files[other], 'id')}]")
        case 13:
            files[path] = set_field(data, "replaced_by", field_of(files[other], "id"))
        case 14:
            new = re.sub(r"/[^/]*\.(\w\w)\.md$", rf"/{other.split('/')[-1].split('.')[0]}.\1.md", path)
            files[new] = files.pop(path)
        case 15:
            files[path] = set_field(data, "withdrawn", '{at: "2026-11-01", reason: Sai}')
        case 16:
            files[path] = set_field(data, "tags", rng.choice(["[giao-thong]", "[moi-truong]", "[khac]", "[]"]))
        case 17:
            files[path] = data.replace(b"title:", b"titel:", 1)
        case _:
            files[rng.choice(texts(files))] += "\nThêm.\n".encode()


def mutate_sites(files: Files, rng: random.Random) -> None:
    picks = [path for path in files if "/picks/" in path]
    match rng.randrange(10):
        case 5:
            files.setdefault("sites/ha/so-1.yaml", b"kind: ward\nname: {vi: S1}\nshort_name: {vi: S1}\nlabel: s1\n")
        case 6:
            files.pop(rng.choice(["sites/ha/so-1.yaml", "sites/ha/mai.yaml"]), None)
        case 7:
            text = files["sites/_vocabulary.yaml"].decode()
            files["sites/_vocabulary.yaml"] = re.sub(r"  moi-truong:\n.*\n.*\n", "", text, count=1).encode()
        case 8 if "sites/ha/mai.yaml" in files:
            files["sites/ha/mai.yaml"] = files["sites/ha/mai.yaml"].replace(b"commune", b"ward")
        case 0 if picks:
            del files[rng.choice(picks)]
        case 1 if picks:
            pick = rng.choice(picks)
            files[pick] += rng.choice([b"ended: 2026-11-01\n", b"ended: 2027-11-01\n"])
        case 2:
            name = "sites/ha/lim.yaml"
            moved = f"moved: {{/tin-tuc/2026/cu/: {field_of(files[rng.choice(originals(files))], 'id')}}}\n"
            files[name] = re.sub(rb"moved: .*\n", b"", files[name]) + moved.encode()
        case 3:
            name = "sites/ha/lim.yaml"
            files[name] += b"contact: {phone: '024 3825 3536'}\n"
        case 4:
            vocabulary = files["sites/_vocabulary.yaml"]
            files["sites/_vocabulary.yaml"] = vocabulary.replace(b"tags:\n", b"tags:\n  khac: {vi: Khac}\n", 1)
        case _:
            path = rng.choice(originals(files))
            pick = {"item": field_of(files[path], "id"), "into": "tu-co-so", "sources": "{}"}
            text = "".join(f"{name}: {value}\n" for name, value in pick.items())
            files[f"sites/ha/portal/picks/{pick['item']}.yaml"] = text.encode()


@pytest.mark.parametrize("seed", range(4))
def test_a_part_judges_as_the_whole(tmp_path, seed):
    """Over random Changes, sound and broken ones: the restricted view says what the whole repositories say."""
    series = Series.create(tmp_path / "series", versioned=False)
    for step in START:
        take(series, step)
    rng = random.Random(seed)  # noqa: S311 (no secrets)
    start = {path: data for path, data in series.inputs() if not path.startswith("themes/")}
    pair = Pair(tmp_path, series.net.root)
    judged = 0
    files = dict(start)
    for _ in range(20):
        new = dict(files)
        for _ in range(rng.choice([1, 1, 1, 2, 4])):
            (mutate_sites if rng.random() < 0.25 else mutate)(new, rng)
        try:
            pair.compare(files, new)
        except ProblemsFound:
            continue  # sites/ is broken: nothing can be judged before that is mended
        judged += 1
        files = new if rng.random() < 0.6 and len(originals(new)) > 6 else dict(start)
    assert judged > 10


# What a Change does to Placements, told by hand.

HOME = "content/ha/portal/tin-tuc/2026/bai.vi.md"
LIM = "content/ha/lim/tin-tuc/2026/bai.vi.md"
PICK = f"sites/ha/portal/picks/{item_id(1)}.yaml"


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    TinyNetwork.create(tmp_path / "rules")
    return Pair(tmp_path, tmp_path / "rules")


def files(*texts: str) -> Files:
    """Return the Sites of the tests, and the files of marked texts."""
    parts = [re.split(r"^-- (\S+) --\n", text, flags=re.MULTILINE)[1:] for text in (SITES, *texts)]
    return {path: text.encode() for part in parts for path, text in zip(part[::2], part[1::2], strict=True)}


def at(path: str, text: str) -> str:
    return f"-- {path} --\n{text}"


def pick_of(text: str, path: str = LIM) -> str:
    return at(PICK, f"item: {item_id(1)}\ninto: tu-co-so\nsources: {{{path}: {blob_id(text.encode())}}}\n")


def told(view: ChangeView) -> list[tuple[str, ...]]:
    return [(change.site, change.change, change.via) for change in view.placed]


def codes(view: ChangeView) -> set[str]:
    return {problem.code for problem in view.problems}


def test_a_new_item_appears_at_home_and_where_a_rule_lets_it_in(pair):
    """Standing consent needs nobody; the change says so (F2)."""
    view, _ = pair.compare(files(), files(at(HOME, article(1, crosspost="['ha/*']"))))
    assert told(view) == [("ha/lim", "gained", "rule"), ("ha/mai", "gained", "rule"), ("ha/portal", "gained", "home")]
    assert all(change.new_item and not change.withdrawal for change in view.placed)


def test_an_offer_that_nobody_accepted_appears_at_home_only(pair):
    """The portal has not picked it (F1)."""
    view, _ = pair.compare(files(), files(at(LIM, article(1, crosspost="[ha/portal]"))))
    assert told(view) == [("ha/lim", "gained", "home")]
    assert codes(view) == {"not-accepted"}


def test_a_pick_lets_an_item_in_and_an_edit_after_it_needs_it_renewed(pair):
    """Consent is to one revision."""
    text, edited = article(1, crosspost="[ha/portal]"), article(1, "Khác", crosspost="[ha/portal]")
    offered = files(at(LIM, text))
    picked = files(at(LIM, text), pick_of(text))
    view, _ = pair.compare(offered, picked)
    assert told(view) == [("ha/portal", "gained", "pick")]
    assert not view.placed[0].new_item
    view, _ = pair.compare(picked, files(at(LIM, edited), pick_of(text)))
    assert told(view) == [("ha/lim", "altered", "home"), ("ha/portal", "altered", "pick")]
    assert codes(view) == {"pick-outdated"}
    view, _ = pair.compare(picked, files(at(LIM, edited), pick_of(edited)))
    assert told(view) == [("ha/lim", "altered", "home"), ("ha/portal", "altered", "pick")]
    assert not codes(view)


def test_a_withdrawal_is_told_apart_from_an_edit_under_its_cover(pair):
    """Only the origin's Board is needed for the first (J6)."""
    gone = {"crosspost": "[ha/portal]", "withdrawn": "{at: 2026-11-01, reason: Sai}"}
    text = article(1, crosspost="[ha/portal]")
    picked = files(at(LIM, text), pick_of(text))
    view, _ = pair.compare(picked, files(at(LIM, article(1, **gone)), pick_of(text)))
    assert [(change.site, change.withdrawal) for change in view.placed] == [("ha/lim", True), ("ha/portal", True)]
    assert not codes(view)
    view, _ = pair.compare(picked, files(at(LIM, article(1, "Lời lẽ khác", **gone)), pick_of(text)))
    assert not any(change.withdrawal for change in view.placed)
    later = gone | {"withdrawn": "{at: 2026-12-01, reason: Sai}"}
    view, _ = pair.compare(picked, files(at(LIM, article(1, **later)), pick_of(text)))
    assert not any(change.withdrawal for change in view.placed)
    assert codes(view) == {"pick-outdated"}


def test_a_text_that_is_due_later_is_judged_now(pair):
    """Its Boards, and an address that two Items will claim one day."""
    later = at(HOME, article(1, crosspost="[ha/lim]", date="2027-01-01"))
    view, _ = pair.compare(files(), files(later))
    assert told(view) == [("ha/lim", "gained", "rule"), ("ha/portal", "gained", "home")]
    other = at(
        "content/ha/portal/tin-tuc/2026/khac.vi.md", article(2, aliases="[/tin-tuc/2026/bai/]", date="2026-12-01")
    )
    view, _ = pair.compare(files(later), files(later, other))
    assert codes(view) == {"address-clash"}


def test_a_draft_stands_nowhere(pair):
    """It takes another Change to publish it."""
    draft = article(1, crosspost="[ha/lim]", draft="true")
    view, _ = pair.compare(files(), files(at(HOME, draft)))
    assert not view.placed
    view, _ = pair.compare(files(at(HOME, draft)), files(at(HOME, draft.replace("draft: true", "draft: false"))))
    assert told(view) == [("ha/lim", "gained", "rule"), ("ha/portal", "gained", "home")]
    assert all(change.new_item for change in view.placed)


def test_a_section_change_that_slips_into_a_rule_is_seen(pair):
    """Tags and sections decide what a rule lets in; what was published before is no new Item."""
    elsewhere = "content/ha/portal/tu-co-so/2026/bai.vi.md"
    text = article(1, crosspost="[ha/lim]")
    moved = article(1, crosspost="[ha/lim]", aliases="[/tu-co-so/2026/bai/]")
    view, _ = pair.compare(files(at(elsewhere, text)), files(at(HOME, moved)))
    assert told(view) == [("ha/lim", "gained", "rule"), ("ha/portal", "altered", "home")]
    assert not any(change.new_item for change in view.placed)
    assert not codes(view)


def test_a_rule_that_lets_more_in_is_seen_with_all_it_lets_in(pair):
    """A Change of a Site's file alters what stands there, though no Item was touched."""
    old = files(at(LIM, article(1, crosspost="[ha/mai]")))
    name = "sites/ha/mai.yaml"
    rule = b"accepts:\n  - {from: ha/lim, sections: [tin-tuc], into: tin-tuc}\n"
    view, _ = pair.compare(old, old | {name: old[name] + rule})
    assert told(view) == [("ha/mai", "gained", "rule")]


def test_a_folder_of_media_counts_as_its_item(pair):
    """A picture replaced beside a text is an edit of the text."""
    picture = HOME.replace("bai.vi.md", "bai.files/a.png")
    fields = {"image": "bai.files/a.png", "image_alt": "Cầu"}
    old = files(at(HOME, article(1, crosspost="[ha/lim]", **fields))) | {picture: png(1)}
    view, _ = pair.compare(old, old | {picture: png(2)})
    assert told(view) == [("ha/lim", "altered", "rule"), ("ha/portal", "altered", "home")]


def test_what_has_no_place_below_content_is_told(pair):
    """A stranger is a Problem of the Change that brings it, and no other's."""
    stray = {"content/ha/portal/.gitattributes": b"* text\n"}
    view, _ = pair.compare(files(), files() | stray)
    assert codes(view) == {"path-form"}
    view, _ = pair.compare(files() | stray, files(at(HOME, article(1))) | stray)
    assert not codes(view)


def test_the_store_is_left_as_it_was(pair):
    """Looking at a Change keeps nothing, not even when it fails on the way."""
    old, new = files(at(HOME, article(1))), files(at(HOME, article(1, "Khác")))
    pair.compare(old, new)
    with closing(CatalogueStore(pair.before / ".congtin")) as store:
        rows = list(store.all_rows())
        before, after = whole(pair.before), whole(pair.after)
        broken = Side(after.network, after.numbers, lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            view_change(store, side(pair.before, before), broken, [HOME], NOON)
        assert list(store.all_rows()) == rows
        assert not store.db.in_transaction
