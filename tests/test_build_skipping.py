"""What an edit makes again and what it leaves alone: Sites, Editions, pages, bytes; and how a person can ask why."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from network import NOON, REPOSITORY, TinyNetwork, article, document, item_id

from congtin.build.explain import explain
from congtin.build.lock import alone
from congtin.build.manifest import Manifest, manifests_of
from congtin.build.pipeline import build
from congtin.build.request import BuildRequest
from congtin.build.service import BuildService
from congtin.build.unchanged import FirstLook, look_first
from congtin.build.verify import verify
from congtin.catalogue.store import CatalogueStore
from congtin.catalogue.tree import GitTree, TreeState
from congtin.engine import blob_id
from congtin.errors import BuildError, ProblemsFound
from congtin.model import EditionKey, Profile

NEWS = "content/ha/portal/tin-tuc/2026"
WARD = "content/ha/lim/tin-tuc/2026"


def request(net: TinyNetwork, **changes: object) -> BuildRequest:
    return BuildRequest(net.root, net.output, net.root / ".congtin", net.now, workers=1, **changes)


def look(asked: BuildRequest) -> FirstLook:
    with closing(GitTree(asked.root)) as tree:
        return look_first(asked, tree)


def state_of(root: Path) -> TreeState:
    with closing(GitTree(root)) as tree:
        assert tree.state is not None
        return tree.state


def with_git(net: TinyNetwork) -> TinyNetwork:
    """Put the network into a Git repository, everything committed."""
    (net.root / ".gitignore").write_text("output/\n.congtin/\n", "utf-8")
    net.git("init", "--quiet")
    commit(net)
    return net


def commit(net: TinyNetwork) -> None:
    net.git("add", "--all")
    net.git("commit", "--quiet", "--allow-empty", "-m", "x")


def own_theme(net: TinyNetwork) -> None:
    """Give the network a theme of its own, to be edited."""
    (net.root / "themes").unlink()
    shutil.copytree(REPOSITORY / "themes", net.root / "themes")


def many(count: int) -> str:
    return "".join(f"-- {NEWS}/tin-{n:03}.vi.md --\n" + article(n, f"Tin {n}") for n in range(1, count + 1))


def test_an_edit_of_a_text_renders_its_page_and_no_other(tiny):
    """A word in one of 60 texts: its page, and the same text as data, of the one Edition that shows it."""
    net = tiny(many(60))
    first = net.build()
    net.write(f"-- {NEWS}/tin-007.vi.md --\n" + article(7, "Tin 7", body="Đã sửa."))
    second = net.build()
    assert second.built == ["ha/portal@vi"]
    assert second.rendered == second.changed == 2
    assert first.rendered > 60


def test_a_new_title_renders_the_lists_that_show_it_and_no_older_page(tiny):
    """A card changes: the lists it stands in are made again, their other pages are not."""
    net = tiny(many(60))
    net.build()
    kept = net.output / "ha.gov.vn/tin-tuc/index.html"
    before = kept.stat().st_mtime_ns
    net.write(f"-- {NEWS}/tin-001.vi.md --\n" + article(1, "Tiêu đề mới"))
    report = net.build()
    assert "Tiêu đề mới" in net.text("ha.gov.vn/tin-tuc/trang-1/")
    assert kept.stat().st_mtime_ns == before
    # Its page, page 1 of the section, of the year and of the month, the page after it, the list for search, the Items
    # as data.
    assert report.rendered == report.changed == 7


# What is written over sixty articles of one month with one tag, and the pages that are neither Item nor list which
# show it: of the Portal in Vietnamese.
OLDEST, NEWEST = f"-- {NEWS}/tin-001.vi.md --\n", f"-- {NEWS}/tin-060.vi.md --\n"
SHOWN_BY = {
    "a text": (OLDEST + article(1, "Tin 1", body="Khác."), []),
    "an old title": (OLDEST + article(1, "Khác"), []),
    "the newest title": (NEWEST + article(60, "Khác"), ["home", "search", "sitemap"]),
    "the newest withdrawn": (
        NEWEST + article(60, "Tin 60", withdrawn="{at: 2026-11-01, reason: Sai}"),
        ["archives", "home", "search", "sitemap"],
    ),
    "a tag more": (OLDEST + article(1, "Tin 1", tags="[giao-thong]"), ["tags"]),
    "a tag that is new": (OLDEST + article(1, "Tin 1", tags="[moi-truong]"), ["tags"]),
    "another month": (OLDEST + article(1, "Tin 1", date="2026-09-05"), ["archives"]),
    "a former address": (OLDEST + article(1, "Tin 1", aliases="[/tin-tuc/cu/]"), ["redirect"]),
    "a fixed page": (
        f"-- content/ha/portal/gioi-thieu/2026/x.vi.md --\n{article(70, 'X', kind='page')}",
        ["home", "sitemap"],
    ),
    "a Site": (
        "-- sites/ha/moi.yaml --\nkind: ward\nname: {vi: Phường Mới}\nshort_name: {vi: Mới}\nlabel: moi\n",
        ["directory", "home"],
    ),
    "a Site's name": (
        "-- sites/ha/mai.yaml --\nkind: commune\nname: {vi: Xã Mái}\nshort_name: {vi: Mái}\nlabel: mai\n",
        ["directory", "home"],
    ),
}


@pytest.mark.parametrize("edit", SHOWN_BY, ids=str)
def test_a_page_that_is_neither_item_nor_list_is_rendered_for_what_it_shows(tiny, edit):
    """Home, site map, search, indexes, directory and the like: again when what they show changes, and only then."""
    text, shown_by = SHOWN_BY[edit]
    net = tiny(many(60), f"-- {NEWS}/tin-061.vi.md --\n" + article(61, date="2025-03-01", tags="[giao-thong]"))
    net.build()
    net.write(text)
    net.build()
    rendered = Manifest.load(net.root / ".congtin", EditionKey("ha/portal", "vi")).reasons
    assert sorted(name for name, page in NEITHER.items() if f"ha.gov.vn/{page}" in rendered) == shown_by
    assert net.files() == _clean(net)


NEITHER = {
    "home": "index.html",
    "contact": "lien-he/index.html",
    "accessibility": "tro-nang/index.html",
    "sitemap": "so-do-trang/index.html",
    "search": "tim-kiem/index.html",
    "directory": "co-quan/index.html",
    "404": "404.html",
    "tags": "chu-de/index.html",
    "archives": "luu-tru/index.html",
    "redirect": "tin-tuc/cu/index.html",
}


def test_the_telephone_of_a_site_is_on_all_its_pages(tiny):
    """What stands around every page changes all of them, on the Portal's wards too where it is the Portal's."""
    net = tiny(many(2))
    net.build()
    file = net.root / "sites/ha/portal.yaml"
    file.write_text(file.read_text("utf-8").replace("{email:", "{phone: 024 0000 0000, email:"), "utf-8")
    report = net.build()
    assert report.built == ["ha/lim@vi", "ha/mai@vi", "ha/portal@en", "ha/portal@vi"]
    assert "024 0000 0000" in net.text("lim.ha.gov.vn/lien-he/")
    assert net.files() == _clean(net)


def test_a_template_renders_the_pages_made_with_it_and_no_others(tiny):
    """A word in the template of documents leaves every article alone."""
    net = tiny(many(5) + "-- content/ha/portal/van-ban/2026/qd.vi.md --\n" + document(90))
    own_theme(net)
    net.build()
    file = net.root / "themes/base/templates/document.html"
    file.write_text(file.read_text("utf-8").replace('class="facts document"', 'class="facts document x"'), "utf-8")
    report = net.build()
    assert 'class="facts document x"' in net.text("ha.gov.vn/van-ban/2026/qd/")
    assert report.changed == 1


def test_a_refused_build_tells_of_all_sites_not_only_of_those_it_looked_at(tiny):
    """Found by chance (seed 20261122): a notice of a Site that had not changed was missing from the refusal."""
    net = tiny(f"-- {WARD}/hoi.vi.md --\n{article(7, crosspost='[ha/portal]')}")
    net.build()
    net.write("-- content/ha/mai/tin-tuc/2026/loi.vi.md --\n" + article(8).replace("title:", "heading:"))
    with pytest.raises(ProblemsFound) as refused:
        net.build()
    codes = {(problem.code, problem.path) for problem in refused.value.problems}
    assert ("not-accepted", f"{WARD}/hoi.vi.md") in codes
    assert ("missing-field", "content/ha/mai/tin-tuc/2026/loi.vi.md") in codes


def test_the_builder_is_told_which_sites_an_edit_reaches(tiny):
    """An edit of a ward's text looks at the ward; one of a linked text at those that link to it too."""
    net = tiny(
        f"-- {NEWS}/a.vi.md --\n" + article(1),
        f"-- {WARD}/b.vi.md --\n" + article(2, body=f"[xem](item:{item_id(1)})"),
    )
    net.build()
    net.write(f"-- {WARD}/b.vi.md --\n" + article(2, body=f"[xem lại](item:{item_id(1)})"))
    assert net.build().built == ["ha/lim@vi"]
    net.remove(f"{NEWS}/a.vi.md")
    net.write(f"-- {NEWS}/c.vi.md --\n" + article(1, aliases="[/tin-tuc/2026/a/]"))
    # The English Edition of the portal has a language menu that leads to the Vietnamese addresses.
    assert net.build().built == ["ha/lim@vi", "ha/portal@en", "ha/portal@vi"]
    assert 'href="https://ha.gov.vn/tin-tuc/2026/c/"' in net.text("lim.ha.gov.vn/tin-tuc/2026/b/")


def test_git_tells_what_changed(tiny):
    """Committed, dirty, reverted and rewritten: each build finds what differs from the last."""
    net = with_git(tiny(many(2)))
    net.build()
    path = f"{NEWS}/tin-001.vi.md"
    old = (net.root / path).read_text("utf-8")
    for step in ("dirty", "committed", "reverted", "amended"):
        text = old if step == "reverted" else old.replace("Nội dung", f"Nội dung {step}")
        (net.root / path).write_text(text, "utf-8")
        if step == "committed":
            commit(net)
        if step == "amended":
            net.git("commit", "--quiet", "-a", "--amend", "-m", "y")
            net.git("reflog", "expire", "--expire=now", "--all")
            net.git("gc", "--quiet", "--prune=now")
        assert net.build().built == ["ha/portal@vi"], step
        assert (f"Nội dung {step}" in net.text("ha.gov.vn/tin-tuc/2026/tin-001/")) == (step != "reverted")
    assert net.build().built == []


def test_an_edit_that_keeps_size_and_time_is_found_without_git(tiny):
    """Never by modification times: only the bytes count."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1, body="Một."))
    net.build()
    file = net.root / f"{NEWS}/a.vi.md"
    status = file.stat()
    file.write_text(file.read_text("utf-8").replace("Một.", "Hai."), "utf-8")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    # The page, and the same text as data.
    assert net.build().changed == 2


def test_nothing_to_do_is_found_before_the_engine_is_read(tiny):
    """`congtin build` without a change imports neither Pelican nor pydantic, and reports the same counts."""
    net = with_git(tiny(many(3)))
    first = net.build()
    code = (
        "import sys; from congtin.cli.main import main\n"
        "try: main(['--root', sys.argv[1], '--now', sys.argv[2], 'build'])\n"
        "finally: print([name for name in ('pelican', 'pydantic', 'jinja2', 'babel') if name in sys.modules])"
    )
    run = [sys.executable, "-c", code.replace("'--now', sys.argv[2], ", ""), str(net.root)]
    subprocess.run(run, check=True, capture_output=True)
    done = subprocess.run(run, check=True, capture_output=True, text=True)
    assert done.stdout.rstrip().endswith("[]"), done.stdout
    quick = look(request(net)).report
    assert quick is not None
    assert (quick.pages, quick.files, quick.items) == (first.pages, first.files, first.items)


@pytest.mark.parametrize("what", ["text", "site", "theme", "file", "clock", "profile"])
def test_whatever_could_matter_is_something_to_do(tiny, what):
    """The short answer is only given when nothing at all has changed."""
    net = with_git(
        tiny(f"-- {NEWS}/a.vi.md --\n" + article(1), f"-- {NEWS}/b.vi.md --\n" + article(2, date="2026-12-01"))
    )
    own_theme(net)
    commit(net)
    net.build()
    assert look(request(net)).report is not None
    if what == "text":
        net.write(f"-- {NEWS}/a.vi.md --\n" + article(1, body="Khác."))
    if what == "site":
        net.put(
            "sites/ha/lim.yaml", (net.root / "sites/ha/lim.yaml").read_text("utf-8") + "services_url: https://a.vn/\n"
        )
    if what == "theme":
        net.put("themes/base/static/style.css", "/* x */\n")
    if what == "file":
        (net.output / "ha.gov.vn/tin-tuc/2026/a/index.html").unlink()
    if what == "clock":
        net.now = NOON + timedelta(days=30)
    asked = request(net)
    if what == "profile":
        asked = replace(asked, profile=Profile.RELEASE)
    assert look(asked).report is None


def test_a_person_can_ask_why(tiny):
    """`--explain` names what changed, in words."""
    net = tiny(many(3) + "-- content/ha/portal/van-ban/2026/qd.vi.md --\n" + document(90))
    report = net.build()
    page = "ha.gov.vn/tin-tuc/2026/tin-001/index.html"
    assert explain(request(net), report, page).in_language("en") == f"{page} was rendered: it is new."
    net.write(f"-- {NEWS}/tin-001.vi.md --\n" + article(1, "Tin 1", body="Khác."))
    report = net.build()
    told = {
        name: explain(request(net), report, name).in_language("en").removeprefix(f"{name} was ")
        for name in (
            page,
            "ha.gov.vn/tin-tuc/2026/tin-002/index.html",
            "ha.gov.vn/index.html",
            "lim.ha.gov.vn/index.html",
        )
    }
    assert list(told.values()) == [
        "rendered: the Item: its text, its place, its files or its state changed.",
        "kept: nothing it shows has changed.",
        "kept: nothing it shows has changed.",
        "kept: nothing that ha/lim@vi shows has changed, so no page of it was looked at.",
    ]
    net.write(f"-- {NEWS}/tin-001.vi.md --\n" + article(1, "Tin 1", tags="[giao-thong]", body="Khác."))
    net.build()
    net.write(f"-- {NEWS}/tin-002.vi.md --\n" + article(2, "Tin 2", tags="[giao-thong]"))
    report = net.build()
    assert (
        explain(request(net), report, "ha.gov.vn/chu-de/index.html")
        .in_language("en")
        .endswith("was rendered: what it leads to: other lists, how many Items they have, other Sites changed.")
    )
    assert "No Edition writes ha.gov.vn/x.html." in str(explain(request(net), report, "ha.gov.vn/x.html"))
    run = net.congtin("build", "--explain", f"output/{page}")
    assert page in run.stdout


def test_verify_finds_a_page_that_is_not_what_it_should_be(tiny):
    """Whatever the stores say: what is made from the files alone is compared byte for byte."""
    net = tiny(many(2))
    net.build()
    assert len(verify(request(net), 10)) == 4
    file = net.output / "ha.gov.vn/tin-tuc/2026/tin-002/index.html"
    file.write_bytes(file.read_bytes().replace(b"Tin 2", b"Tin 3"))
    with pytest.raises(BuildError) as found:
        verify(request(net), 10)
    assert "ha.gov.vn/tin-tuc/2026/tin-002/index.html" in str(found.value)
    assert not list(net.root.parent.glob("congtin-verify-*"))


def test_the_service_remembers_and_stays_right(tiny):
    """A builder that stays gives the same tree as a new one, after each of a row of edits, and after an error."""
    net = tiny(many(4))
    service = BuildService(request(net))
    service.rebuild(net.now)
    file = net.root / f"{NEWS}/tin-001.vi.md"
    for body in ("Một.", "Hai.", f"[ba](item:{item_id(2)})"):
        file.write_text(article(1, "Tin 1", body=body), "utf-8")
        assert service.rebuild(net.now, [file]).built == ["ha/portal@vi"]
        assert set(net.files().items()) == set(_clean(net).items())
    file.write_text(article(1, "Tin 1", body="[sai](item:222222222222)"), "utf-8")
    with pytest.raises(ProblemsFound):
        service.rebuild(net.now, [file])
    file.unlink()
    assert service.rebuild(net.now, [file]).built == ["ha/portal@en", "ha/portal@vi"]
    assert net.files() == _clean(net)


def _clean(net: TinyNetwork) -> dict[str, bytes]:
    clean = net.root.parent / "clean"
    shutil.rmtree(clean, ignore_errors=True)
    build(BuildRequest(net.root, clean, clean / ".congtin", net.now, workers=1))
    return {
        file.relative_to(clean).as_posix(): file.read_bytes()
        for file in clean.rglob("*")
        if file.is_file() and ".congtin" not in file.parts
    }


def test_two_builds_of_one_output_wait_for_each_other(tiny):
    """The second begins when the first has ended, and both are right."""
    net = tiny(many(2))
    waited: list[str] = []
    done: list[object] = []

    def second() -> None:
        with alone(net.root / ".congtin", lambda: waited.append("waits")):
            done.append(True)

    with alone(net.root / ".congtin", lambda: waited.append("never")):
        other = threading.Thread(target=second)
        other.start()
        while not waited:
            other.join(0.01)
        assert not done
    other.join(10)
    assert (waited, done) == (["waits"], [True])


def test_what_git_says_is_read_whatever_the_name(tiny):
    """Spaces, accents and line feeds in names, a folder that Git ignores, a repository in a folder of another."""
    net = tiny()
    outer = net.root
    net.git("init", "--quiet")
    (outer / ".gitignore").write_text("geheim/\noutput/\n.congtin/\n", "utf-8")
    for name in ("content/ha/a b.md", "content/ha/đẹp.md", "content/ha/x\ny.md", "content/geheim/z.md"):
        net.put(name, "x")
    state = state_of(outer)
    assert {"content/ha/a b.md", "content/ha/đẹp.md", "content/ha/x\ny.md", "content/geheim/z.md"} <= set(state.dirty)
    assert TreeState.from_text(state.to_text()) == state
    inner = outer / "content/ha"
    (inner / "content").mkdir()
    (inner / "content/q.md").write_text("x", "utf-8")
    assert "content/q.md" in state_of(inner).dirty


def test_a_manifest_cut_short_counts_as_none(tiny):
    """A Manifest that was half written is no Manifest: the Edition is built again."""
    net = tiny(many(1))
    net.build()
    before = net.files()
    for file in manifests_of(net.root / ".congtin").values():
        data = file.read_bytes()
        file.write_bytes(data[: len(data) // 2])
    assert Manifest.load(net.root / ".congtin", EditionKey("ha/portal", "vi")).outputs == {}
    assert len(net.build().built) == 4
    assert net.files() == before


def test_a_store_of_another_form_says_so(tiny):
    """An older store is made anew, and the person is told."""
    net = tiny(many(1))
    net.build()
    store = CatalogueStore(net.root / ".congtin")
    with store.db:
        store.set_meta("format", "1")
    store.close()
    report = net.build()
    assert str(report.store) == "The store had an older form; it has been made anew."
    assert net.build().store is None


def test_the_store_keeps_no_text_that_is_gone(tiny):
    """Two edits a day for years: what no file holds any more is forgotten, what a moved file holds is not."""
    net = tiny(many(3))
    net.build()
    for number in range(3):
        net.write(f"-- {NEWS}/tin-001.vi.md --\n" + article(1, body=f"Bản {number}."))
        net.build()
    net.write(f"-- {NEWS}/moi.vi.md --\n" + (net.root / f"{NEWS}/tin-002.vi.md").read_text("utf-8"))
    net.remove(f"{NEWS}/tin-002.vi.md")
    net.build()
    store = CatalogueStore(net.root / ".congtin")
    assert store.db.execute("SELECT COUNT(*) FROM fragment").fetchone() == (3,)
    store.close()


def test_blob_ids_are_those_of_git(tiny):
    """The id a Source has is the one `git hash-object` gives."""
    net = tiny()
    net.put("x.txt", "Nội dung\n")
    run = ["git", "hash-object", "x.txt"]
    told = subprocess.run(run, cwd=net.root, check=True, capture_output=True, text=True).stdout.strip()
    assert blob_id("Nội dung\n".encode()) == told


BROKEN_THEMES = {
    "asks": ("templates/404.html", "{{ articles|length }}", "theme-contract"),
    "asks through a part": ("templates/_item.html", "{{ pages }}", "theme-contract"),
    "syntax": ("templates/tag.html", "{% if %}", "template-syntax"),
}


@pytest.mark.parametrize("case", BROKEN_THEMES, ids=str)
def test_a_template_that_breaks_its_contract_stops_the_build(tiny, case):
    """File and line are named, nothing is built."""
    net = tiny(many(1))
    own_theme(net)
    name, text, code = BROKEN_THEMES[case]
    file = net.root / "themes/base" / name
    file.write_text(file.read_text("utf-8") + text, "utf-8")
    with pytest.raises(ProblemsFound) as found:
        net.build()
    problem = found.value.problems[0]
    assert (problem.code, problem.path) == (code, f"themes/base/{name}")
    assert problem.line
    assert not net.output.exists() or not net.files()


@pytest.mark.parametrize("name", ["templates/tag.html", "theme.yaml"])
def test_a_theme_that_is_no_text_is_named(tiny, name):
    """A template saved as UTF-16, or a contract with a broken byte: file and line, no traceback."""
    net = tiny()
    own_theme(net)
    file = net.root / "themes/base" / name
    file.write_bytes(file.read_bytes() + b"\xff\xfe")
    with pytest.raises(ProblemsFound) as found:
        net.build()
    assert [(p.code, p.path) for p in found.value.problems] == [("not-utf8", f"themes/base/{name}")]


def test_two_names_that_look_alike_are_told_and_break_no_store(tiny):
    """Names in old encodings can look the same once they are shown; the build says what is wrong with them."""
    net = tiny(many(1))
    for byte in (b"\xb5", b"\xb6"):
        os.close(os.open(os.fsencode(net.root / NEWS) + b"/b" + byte + b"i.vi.md", os.O_CREAT))
    with pytest.raises(ProblemsFound) as found:
        net.build()
    assert {problem.code for problem in found.value.problems} == {"path-form"}


def test_a_store_that_cannot_be_written_is_a_sentence(tiny):
    """Where the store should be there is a folder: no traceback, and nothing is built."""
    net = tiny(many(1))
    (net.root / ".congtin/catalogue.sqlite/x").mkdir(parents=True)
    run = net.congtin("build")
    assert run.returncode
    assert "Traceback" not in run.stderr
    assert not (net.output / "ha.gov.vn").exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("  article: [site, page, item, body, articles]", "“articles” is not given to “article”."),
        ("  articel: [site, page]", "No page is made with “articel”."),
        ("", "“article” is not declared."),
    ],
)
def test_a_contract_declares_what_there_is(tiny, line, told):
    """A declaration of something the engine does not have, or a missing one, is an error with a hint."""
    net = tiny()
    own_theme(net)
    file = net.root / "themes/base/theme.yaml"
    file.write_text(file.read_text("utf-8").replace("  article: [site, page, item, body]", line), "utf-8")
    with pytest.raises(ProblemsFound) as found:
        net.build()
    assert told in {problem.message.in_language("en") for problem in found.value.problems}


def test_a_large_edition_is_rendered_by_two_processes_to_the_same_bytes(tiny):
    """2,001 articles at once are shared between two processes; in two steps one process renders them all."""
    net = tiny(many(1000))
    net.build()
    net.write(many(2001))
    net.build()
    assert net.files() == _clean(net)


def test_a_repository_in_an_ignored_folder_of_another_is_looked_at_itself(tmp_path):
    """Git says of the outer repository that the whole folder is ignored, and nothing of what is in it."""
    outer = tmp_path / "outer"
    net = TinyNetwork.create(outer / "build/net", many(3))
    (outer / ".gitignore").write_text("build/\n")
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"]):
        subprocess.run(["git", "-C", str(outer), *command], check=True, timeout=30)
    net.build()
    net.write(f"-- {NEWS}/tin-002.vi.md --\n" + article(2, "Tiêu đề mới"))
    net.build()
    assert "Tiêu đề mới" in net.text("ha.gov.vn/tin-tuc/")
