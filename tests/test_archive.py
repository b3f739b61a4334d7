"""`congtin archive`: what was published leaves the machine whole, told apart from nothing else, and proves itself."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import subprocess
from datetime import timedelta

import pytest
from archives import DECISION, NEWS, PDF, WARD, House
from desks import clock
from homes import TinyHome
from network import REPOSITORY, article, item_id

from congtin.cli.archive import archive_group
from congtin.editorial import signatures
from congtin.release.archive.package import NAMESPACE
from congtin.release.archive.retention import load_retention

FOLDER = "data/items/{}/{}"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """One machine for all tests that only read."""
    house = House.create(tmp_path_factory.mktemp("house"))
    house.publish()
    yield house
    house.desk.close()


@pytest.fixture(scope="module")
def package(house):
    """Make the whole package of the one Release."""
    folder = house.folder / "package"
    said = house.run(archive_group, "create", "--to", str(folder))
    assert said.status == 0, said.text
    assert "holds 3 Items of Release 1" in said.text
    assert "Items without a term of keeping: 3. No rule at hand gives one." in said.text
    return folder


@pytest.fixture
def copy(package, tmp_path):
    """Copy the package to another machine, where anybody can alter it."""
    folder = tmp_path / "copy"
    shutil.copytree(package, folder)
    return folder


def verify(house, folder, *arguments):
    trust = () if arguments else ("--trust", str(house.desk.village.trust_file))
    return house.run(archive_group, "verify", str(folder), *trust, *arguments)


def item_of(package, site, number):
    return json.loads((package / FOLDER.format(site, item_id(number)) / "item.json").read_bytes())


def sums(folder):
    """Return the digest of every file: what two packages are compared by."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def list_anew(folder):
    """Write both lists again, as somebody would who wants to hide what was altered."""
    data = [file for file in (folder / "data").rglob("*") if file.is_file()]
    for name, files in (
        ("manifest-sha256.txt", data),
        ("tagmanifest-sha256.txt", [folder / n for n in ("bagit.txt", "bag-info.txt", "manifest-sha256.txt")]),
    ):
        lines = (
            f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.relative_to(folder).as_posix()}\n" for f in sorted(files)
        )
        (folder / name).write_text("".join(lines), "utf-8")


# --- what is in it -----------------------------------------------------------------------------


def test_a_package_holds_sources_attachments_and_the_pages_citizens_saw(house, package):
    """All languages, the document's file, and each page byte for byte as the Release has it."""
    decision = package / FOLDER.format("ha/portal", item_id(2))
    assert (decision / "source/quyet-dinh.files/toan-van.pdf").read_bytes() == PDF
    assert (decision / "source/quyet-dinh.vi.md").read_text("utf-8") == house.desk.read(DECISION)
    news = package / FOLDER.format("ha/portal", item_id(1))
    assert (news / "source/cau-moi.vi.md").read_text("utf-8") == house.desk.read(NEWS)
    assert (news / "source/cau-moi.en.md").is_file()
    for page in ("ha.gov.vn/tin-tuc/2026/cau-moi/index.html", "ha.gov.vn/english/tin-tuc/2026/cau-moi/index.html"):
        assert (news / "pages" / page).read_bytes() == (house.home / "live/tree" / page).read_bytes()
    styles = [file.name for file in (package / "data/theme").iterdir() if file.suffix == ".css"]
    assert styles
    assert styles[0] in (news / "pages/ha.gov.vn/tin-tuc/2026/cau-moi/index.html").read_text("utf-8")


def test_an_item_says_who_issued_it_and_what_approved_it(house, package):
    """Facts of a document, the Change, and as many Approvals as the log tells of."""
    data = item_of(package, "ha/portal", 2)
    assert data["document"]["number"] == "15/2026/QĐ-UBND"
    assert data["document"]["issuer"] == "UBND thành phố Ha"
    assert data["document"]["signatory"] == "Người ký (trình diễn)"
    assert data["document"]["issued"] == "2026-09-01"
    assert data["published"] == "2026-10-05T00:00:00+07:00"
    assert [(a["change"], a["approvers"]) for a in data["approvals"]] == [(house.changes[0], 1)]
    said = [recorded.entry for recorded in house.desk.log() if recorded.entry.event == "approval"]
    assert data["approvals"][0]["statements"] == [said[0].detail["statement"]]
    assert not data["from_the_beginning"]
    assert data["placements"][0]["url"] == "https://ha.gov.vn/van-ban/2026/quyet-dinh/"
    pdf = data["files"]["source/quyet-dinh.files/toan-van.pdf"]
    assert (pdf["sha256"], pdf["size"]) == (hashlib.sha256(PDF).hexdigest(), len(PDF))


def test_the_list_of_items_opens_in_a_spreadsheet(package):
    """One line an Item, with its folder."""
    with (package / "data/items.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["id"]: row for row in csv.DictReader(stream)}
    assert rows[item_id(2)]["number"] == "15/2026/QĐ-UBND"
    assert rows[item_id(1)]["languages"] == "vi en"
    assert rows[item_id(1)]["retention"] == ""
    assert (package / rows[item_id(3)]["folder"] / "item.json").is_file()


def test_nobody_who_edited_or_approved_is_named(house, package):
    """The list of accounts is secret (E7): neither names nor ids nor keys of people leave the machine."""
    roster = house.desk.village.load()
    words = [w for person, entry in roster.people.items() for w in (person, entry.name)]
    words += [key for key in roster.keys if key != house.desk.village.fingerprint("service")]
    for file in package.rglob("*"):
        text = file.read_bytes() if file.is_file() else b""
        assert not [word for word in words if word.encode() in text], file


# --- it proves itself --------------------------------------------------------------------------


def test_other_programs_find_every_file_as_it_was_listed(package):
    """The lists are those of RFC 8493; sha256sum, which knows nothing of us, reads them."""
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(
            ["sha256sum", "--check", "--strict", "--quiet", name],
            cwd=package,
            capture_output=True,
            check=False,
            timeout=30,
        )
        assert done.returncode == 0, done.stdout
    assert (package / "bagit.txt").read_bytes() == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    listed = {line.split("  ", 1)[1] for line in (package / "manifest-sha256.txt").read_text("utf-8").splitlines()}
    payload = [file for file in (package / "data").rglob("*") if file.is_file()]
    assert listed == {file.relative_to(package).as_posix() for file in payload}
    facts = dict(line.split(": ", 1) for line in (package / "bag-info.txt").read_text("utf-8").splitlines())
    assert facts["Payload-Oxum"] == f"{sum(file.stat().st_size for file in payload)}.{len(payload)}"


def test_a_sound_package_is_called_so(house, package):
    """With the trust root, nothing is left open; without it, whose key it was is."""
    said = verify(house, package)
    files = sum(file.is_file() for file in (package / "data").rglob("*"))
    assert (said.status, said.text) == (0, f"The package is sound: 3 Items, {files} files.\n")
    alone = json.loads(verify(house, package, "--format", "json").text)
    assert alone["sound"]
    assert [problem["code"] for problem in alone["problems"]] == ["no-trust-root"]


def test_the_same_release_gives_the_same_bytes(house, package, tmp_path):
    """Days later, when the log has grown, nothing differs."""
    house.put("mai", {"content/ha/mai/tin-tuc/2026/moi.vi.md": article(9)})
    said = house.run(archive_group, "create", "--to", str(tmp_path / "again"), now=clock() + timedelta(days=9))
    assert said.status == 0, said.text
    assert sums(tmp_path / "again") == sums(package)


def alter(name):
    def act(folder):
        (folder / name).write_bytes((folder / name).read_bytes() + b" ")

    return act


def page_exchanged(folder):
    page = folder / FOLDER.format("ha/lim", item_id(3)) / "pages/lim.ha.gov.vn/tin-tuc/2026/cho-hoa/index.html"
    page.write_bytes(page.read_bytes().replace("Chợ".encode(), "Chó".encode()))
    list_anew(folder)


def item_taken_out(folder):
    shutil.rmtree(folder / FOLDER.format("ha/lim", item_id(3)))
    list_anew(folder)


def linked(folder):
    file = folder / "data/items.csv"
    other = folder.parent / "items.csv"
    file.rename(other)
    file.symlink_to(other)


def leads_out(folder):
    with (folder / "manifest-sha256.txt").open("a", encoding="utf-8") as stream:
        stream.write(f"{'0' * 64}  data/../../secret\n")


PDF_FILE = f"{FOLDER.format('ha/portal', item_id(2))}/source/quyet-dinh.files/toan-van.pdf"
ALTERED = {
    "one byte of a file": (alter(PDF_FILE), {(PDF_FILE, "archive-altered")}),
    "the facts of an Item": (
        alter(f"{FOLDER.format('ha/lim', item_id(3))}/item.json"),
        {(f"{FOLDER.format('ha/lim', item_id(3))}/item.json", "archive-altered")},
    ),
    "a file is gone": (lambda folder: (folder / PDF_FILE).unlink(), {(PDF_FILE, "archive-missing")}),
    "a file came": (
        lambda folder: (folder / "data/more.txt").write_text("x"),
        {("data/more.txt", "archive-not-listed")},
    ),
    "the facts of the bag": (alter("bag-info.txt"), {("bag-info.txt", "archive-altered")}),
    "the list of files": (
        alter("manifest-sha256.txt"),
        {("manifest-sha256.txt", "archive-altered"), ("manifest-sha256.txt", "archive-unreadable")},
    ),
    "a page, and the lists": (
        page_exchanged,
        {
            ("tagmanifest-sha256.txt.sig", "archive-signature"),
            (
                f"{FOLDER.format('ha/lim', item_id(3))}/pages/lim.ha.gov.vn/tin-tuc/2026/cho-hoa/index.html",
                "archive-altered",
            ),
        },
    ),
    "an Item is gone, from the lists too": (
        item_taken_out,
        {("tagmanifest-sha256.txt.sig", "archive-signature"), ("data/items", "archive-missing")},
    ),
    "the signature is gone": (
        lambda folder: (folder / "tagmanifest-sha256.txt.sig").unlink(),
        {("tagmanifest-sha256.txt.sig", "archive-missing")},
    ),
    "a link that leads out": (linked, {("data/items.csv", "archive-leads-out"), ("data/items.csv", "archive-missing")}),
    "a name that leads out": (
        leads_out,
        {("data/../../secret", "archive-leads-out"), ("manifest-sha256.txt", "archive-altered")},
    ),
}


@pytest.mark.parametrize("case", ALTERED)
def test_each_difference_is_named(house, copy, case):
    """Whatever was altered, the file and what is wrong with it are told."""
    act, expected = ALTERED[case]
    act(copy)
    said = verify(house, copy, "--format", "json", "--trust", str(house.desk.village.trust_file))
    assert said.status == 1
    found = {(problem["path"], problem["code"]) for problem in json.loads(said.text)["problems"]}
    if case == "the list of files":
        assert found & expected
    else:
        assert found == expected


def test_another_key_vouches_for_nothing(house, copy):
    """Who writes lists and signature anew needs the service's key."""
    page_exchanged(copy)
    lists = (copy / "tagmanifest-sha256.txt").read_bytes()
    signature = house.desk.village.sign("outsider", lists, NAMESPACE)
    (copy / "tagmanifest-sha256.txt.sig").write_bytes(signature)
    said = verify(house, copy)
    assert said.status == 1
    assert "The package is not signed by the service." in said.text
    assert "The page is not the one that the Release showed." in said.text


def test_a_signature_for_something_else_does_not_count(house, copy):
    """What the service signs as a log entry is no package."""
    lists = (copy / "tagmanifest-sha256.txt").read_bytes()
    (copy / "tagmanifest-sha256.txt.sig").write_bytes(house.desk.village.sign("service", lists, signatures.LOG))
    assert verify(house, copy).status == 1


# --- what is chosen ----------------------------------------------------------------------------


def packed(house, tmp_path, *arguments, name="some"):
    said = house.run(archive_group, "create", "--to", str(tmp_path / name), *arguments)
    assert said.status == 0, said.text
    return sorted(file.parent.name for file in (tmp_path / name / "data/items").glob("*/*/*/item.json"))


def test_sites_and_days_can_be_chosen(house, package, tmp_path):
    """A Site, a pattern, the days on which something happened to an Item."""
    today = clock().date()
    assert packed(house, tmp_path, "--site", "ha/lim", name="a") == [item_id(3)]
    assert packed(house, tmp_path, "--site", "ha/p*", name="b") == [item_id(1), item_id(2)]
    # All were approved today, and bear a day of October.
    assert len(packed(house, tmp_path, "--from", f"{today - timedelta(days=1)}", name="c")) == 3
    assert len(packed(house, tmp_path, "--from", "2026-10-05", "--until", "2026-10-05", name="d")) == 3
    assert packed(house, tmp_path, "--from", "2026-10-06", "--until", "2026-10-07", name="e") == []
    assert verify(house, tmp_path / "e").status == 0


def test_what_cannot_be_packed_is_said_and_nothing_written(house, package, tmp_path):
    """Unknown Sites, days the wrong way round, a folder that is not empty, no such Release."""
    target = tmp_path / "target"
    cases = {
        ("--site", "ha/lin"): "There is no Site “ha/lin”.\nDid you mean “ha/lim”",
        ("--from", "2026-10-06", "--until", "2026-10-05"): "The last day lies before the first.",
        ("--release", "7"): "There is no Release 7.",
    }
    for arguments, text in cases.items():
        said = house.run(archive_group, "create", "--to", str(target), *arguments)
        assert said.status == 2
        assert text in said.text
        assert not list(tmp_path.iterdir())
    said = house.run(archive_group, "create", "--to", str(package))
    assert said.status == 2
    assert "is not empty" in said.text


def test_an_altered_live_page_is_never_archived(house, package, tmp_path):
    """Somebody edited what is served: the package is refused, the page named."""
    page = house.home / "live/tree/lim.ha.gov.vn/tin-tuc/2026/cho-hoa/index.html"
    good = page.read_bytes()
    page.write_bytes(good + b"<!-- -->")
    said = house.run(archive_group, "create", "--to", str(tmp_path / "package"))
    page.write_bytes(good)
    assert said.status == 1
    assert "lim.ha.gov.vn/tin-tuc/2026/cho-hoa/index.html of Release 1 was altered." in said.text
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def later(tmp_path_factory):
    """Make another machine: an Item withdrawn, one a draft, one not yet due, one Site with rules on keeping."""
    house = House.create(tmp_path_factory.mktemp("later"))
    gone = house.desk.read(WARD).replace("---\nNội dung", f"{WITHDRAWN}\n---\nNội dung")
    site = house.desk.read("sites/ha/lim.yaml") + "rule_packs: [hanoi-cchc-2025]\n"
    author = house.desk.work("lim-editor")
    change = author.propose("Rút bài, quy chế", {
        WARD: gone,
        "content/ha/lim/tin-tuc/2026/nhap.vi.md": article(7, draft="true"),
        "content/ha/lim/tin-tuc/2026/hen-gio.vi.md": article(8, date="2099-01-01T08:00:00+07:00"),
        "sites/ha/lim.yaml": site,
    })  # fmt: skip
    for person in ("lim-head", "portal-head"):
        house.desk.work(person).approve(change)
    author.merge(change)
    house.changes.append(change)
    house.publish()
    folder = house.folder / "package"
    assert house.run(archive_group, "create", "--to", str(folder)).status == 0
    yield house, folder
    house.desk.close()


WITHDRAWN = 'withdrawn: {at: "2026-11-20T09:00:00+07:00", reason: Sai số liệu, document: 12/TB-TD}'


def test_withdrawn_items_are_kept_and_drafts_are_not(later):
    """A tombstone with its reason stays in the archive (J6); what was never shown is not in it."""
    house, folder = later
    items = sorted(file.parent.name for file in (folder / "data/items").glob("*/*/*/item.json"))
    assert items == [item_id(1), item_id(2), item_id(3)]
    data = item_of(folder, "ha/lim", 3)
    assert data["withdrawn"]["reason"] == "Sai số liệu"
    assert data["withdrawn"]["document"] == "12/TB-TD"
    assert [step["change"] for step in data["approvals"]] == house.changes[1:]
    assert data["approvals"][-1]["approvers"] == 2
    page = folder / FOLDER.format("ha/lim", item_id(3)) / data["placements"][0]["page"]
    assert "Sai số liệu" in page.read_text("utf-8")


def test_what_the_publisher_made_can_be_archived(tmp_path):
    """The whole way with nothing of the tests' own between: merged, published, packed, checked."""
    home = TinyHome.create(tmp_path)
    home.edit({WARD: article(3, "Chợ hoa cuối tuần")})
    home.publish()
    house = House(tmp_path, home.desk)
    assert packed(house, tmp_path) == [item_id(3)]
    said = verify(house, tmp_path / "some")
    assert said.status == 0, said.text
    assert item_of(tmp_path / "some", "ha/lim", 3)["approvals"][0]["approvers"] == 1
    home.desk.close()


# --- how long it is kept -----------------------------------------------------------------------


class Files(dict):
    """A few files as a commit has them."""

    def read(self, path):
        return self.get(path)

    def paths(self, below):
        return [path for path in self if path.startswith(below)]


def test_the_reform_sites_information_is_kept_permanently(later):
    """Its rule pack says so (J6), and the package names the article; other Sites have no term at hand."""
    folder = later[1]
    kept = item_of(folder, "ha/lim", 3)["retention"]
    assert (kept["policy"], kept["term"]) == ("permanent", "permanent")
    assert kept["source"] == "Quy chế Trang thông tin CCHC Hà Nội 2025, Điều 6 khoản 5"
    assert item_of(folder, "ha/portal", 1)["retention"]["term"] is None
    about = json.loads((folder / "data/about.json").read_bytes())
    assert about["without_retention_term"] == 2


def test_a_term_needs_a_source():
    """Nobody enters a number of years without the document that gives it."""
    path = "workflows/retention.yaml"
    text = (REPOSITORY / path).read_text("utf-8")
    table = load_retention(Files({path: text.encode()}))
    assert all(row.term is None for _, row in table.kinds), "a term was entered: is its source in the file?"
    with pytest.raises(Exception, match=r"“kinds\.article” has a term but no source"):
        load_retention(
            Files(
                {
                    path: text.replace(
                        "term: null\n    source: null\n  page", "term: 20\n    source: null\n  page"
                    ).encode()
                }
            )
        )
