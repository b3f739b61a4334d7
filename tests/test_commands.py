"""What a person types, and what they are told."""

from __future__ import annotations

import json
import re

import pytest
from network import article, item_id

NEWS = "content/ha/portal/tin-tuc/2026"


def test_new_writes_an_article_that_passes_every_check(tiny):
    """Title and summary are enough: path, id, date and front matter come right by themselves."""
    net = tiny()
    run = net.congtin(
        "new",
        "article",
        "ha/portal",
        "--section",
        "tin-tuc",
        "--title",
        "Đường ven sông: mở rộng",
        "--summary",
        "Bắt đầu từ tháng 12.",
        "--tag",
        "giao-thong",
    )
    assert run.returncode == 0, run.stderr
    path = f"{NEWS}/duong-ven-song-mo-rong.vi.md"
    assert run.stdout == f"Written: {path}\n"
    assert re.search(r"(?m)^id: [2-9a-hj-km-np-z]{12}$", (net.root / path).read_text("utf-8"))
    assert not net.problems()
    net.build("ha/portal")
    assert "Đường ven sông: mở rộng" in net.text("ha.gov.vn/tin-tuc/2026/duong-ven-song-mo-rong/")


def test_new_never_overwrites(tiny):
    """A second Item of the same title is refused, the first one stays as it was."""
    net = tiny()
    arguments = ("new", "page", "ha/portal", "--title", "Giới thiệu")
    assert net.congtin(*arguments).returncode == 0
    before = (net.root / "content/ha/portal/gioi-thieu/2026/gioi-thieu.vi.md").read_bytes()
    run = net.congtin(*arguments)
    assert run.returncode == 2
    assert "exists already" in run.stderr
    assert (net.root / "content/ha/portal/gioi-thieu/2026/gioi-thieu.vi.md").read_bytes() == before


def test_new_document_passes_every_check(tiny):
    """All facts of a document can be given at once."""
    net = tiny()
    run = net.congtin(
        "new",
        "document",
        "ha/portal",
        "--title",
        "Quyết định về đỗ xe",
        "--number",
        "15/2026/QĐ-UBND",
        "--type",
        "quyet-dinh",
        "--issuer",
        "UBND thành phố Ha",
        "--issued",
        "2026-11-20",
        "--abstract",
        "Quy định chỗ đỗ xe.",
        "--field",
        "giao-thong",
    )
    assert run.returncode == 0, run.stderr
    assert not net.problems()


def test_new_translation_begins_with_the_originals_text(tiny):
    """The translator writes over the original's text; the revision is noted already."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1, "Cầu mới", body="Thân bài."))
    run = net.congtin("new", "translation", f"{NEWS}/a.vi.md", "--lang", "en")
    assert run.returncode == 0, run.stderr
    assert "Thân bài." in (net.root / f"{NEWS}/a.en.md").read_text("utf-8")
    assert not net.problems()
    assert net.congtin("new", "translation", f"{NEWS}/a.vi.md", "--lang", "en").returncode == 2
    run = net.congtin("new", "translation", f"{NEWS}/a.vi.md", "--lang", "fr")
    assert "Its languages are: vi, en." in run.stderr


def test_build_prints_counts_and_writes_a_report(tiny, tmp_path):
    """Numbers on the terminal and in the JSON report are those of the build."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1))
    run = net.congtin("build", "--report", str(tmp_path / "report.json"), "--workers", "1")
    assert run.returncode == 0, run.stderr
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    pages = len([name for name in net.files() if name.endswith(".html")])
    assert (report["sites"], report["editions"], report["items"], report["pages"]) == (3, 4, 1, pages)
    assert re.search(rf"Pages +{pages}\b", run.stdout)
    assert "4 of 4 Editions" in run.stdout


def test_build_takes_sites_groups_and_languages(tiny):
    """Only what was asked for is built."""
    net = tiny()
    assert net.congtin("build", "ha/*:ward").returncode == 0
    assert {p.name for p in net.output.iterdir() if not p.name.startswith(".")} == {"lim.ha.gov.vn"}
    assert net.congtin("build", "ha/portal", "--lang", "en").returncode == 0
    assert (net.output / "ha.gov.vn/english/index.html").is_file()
    assert not (net.output / "ha.gov.vn/index.html").exists()


def test_unknown_names_are_answered_with_near_ones(tiny):
    """A typing mistake is named, with what was probably meant, and the exit status is 2."""
    net = tiny()
    run = net.congtin("build", "ha/portl")
    assert run.returncode == 2
    assert "ha/portal" in run.stderr
    run = net.congtin("site", "show", "ha/lin")
    assert run.returncode == 2
    assert "ha/lim" in run.stderr


def test_errors_speak_the_persons_language(tiny):
    """The same finding in English and in Vietnamese, at the same place."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1).replace("summary:", "sumary:"))
    english, vietnamese = net.congtin("check"), net.congtin("check", lang="vi")
    assert (english.returncode, vietnamese.returncode) == (1, 1)
    assert f"{NEWS}/a.vi.md:5: error: The field “sumary” is not known here." in english.stdout
    assert "Did you mean “summary”?" in english.stdout
    assert f"{NEWS}/a.vi.md:5: lỗi: " in vietnamese.stdout
    assert "summary" in vietnamese.stdout
    assert "Did you mean" not in vietnamese.stdout


def test_check_speaks_json_to_tools(tiny):
    """Every finding has code, severity, path, line, message and hint."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1, tags="[giao-thog]"))
    run = net.congtin("check", "--format", "json")
    (problem,) = json.loads(run.stdout)
    assert (problem["code"], problem["path"], problem["severity"]) == ("unknown-tag", f"{NEWS}/a.vi.md", "error")
    assert "giao-thong" in problem["hint"]


def test_check_puts_decomposed_letters_together(tiny):
    """`--fix-unicode` mends the file it names and nothing else."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1, body="nu\u031bo\u031b\u0301c"))
    assert "--fix-unicode" in net.congtin("check").stdout
    assert net.congtin("check", "--fix-unicode", f"{NEWS}/a.vi.md").returncode == 0
    assert "nước" in (net.root / f"{NEWS}/a.vi.md").read_text("utf-8")


def test_without_a_repository_the_command_says_so(tmp_path, tiny):
    """Outside a repository: one sentence, no traceback."""
    net = tiny()
    run = net.congtin("--root", str(tmp_path), "check")
    assert run.returncode == 2
    assert "There is no Côngtin repository here" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_clock_can_be_set_and_is_checked(tiny):
    """`--now` takes a time with offset; anything else is refused."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1, date="2030-01-01"))
    assert "Left out: not yet due" in net.congtin("build").stdout
    assert net.congtin("--now", "2030-01-02T00:00:00+07:00", "build", "ha/portal", now=False).returncode == 0
    assert (net.output / "ha.gov.vn/tin-tuc/2026/a/index.html").is_file()
    assert net.congtin("--now", "tomorrow", "build", now=False).returncode == 2


def test_schemas_are_those_of_the_models(tiny):
    """Editors' tools get JSON Schema with the same required fields."""
    schema = json.loads(tiny().congtin("schema", "article").stdout)
    assert set(schema["required"]) >= {"id", "kind", "title", "summary", "date"}
    assert schema["additionalProperties"] is False


def refused(run, *words):
    """Assert that a command ended with a sentence that holds these words."""
    assert run.returncode == 2, run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    assert not [word for word in words if word not in run.stderr], run.stderr


def test_brackets_in_names_are_text(tiny):
    """What looks like markup of the terminal is a name like others."""
    net = tiny()
    text = (net.root / "sites/ha/lim.yaml").read_text("utf-8")
    net.put("sites/ha/lim.yaml", text.replace("Phường Lim", '"Phường [/x] [red]Lim :smile:"'))
    for arguments in (("site", "list"), ("site", "show", "ha/lim")):
        run = net.congtin(*arguments)
        assert run.returncode == 0, run.stderr
        assert "Phường [/x] [red]Lim :smile:" in run.stdout


NEW_ARTICLE = {"--section": "tin-tuc", "--title": "Cầu mới", "--summary": "Tóm tắt.", "--tag": "giao-thong"}
NEW_DOCUMENT = {
    "--title": "Quyết định mới",
    "--number": "15/2026/QĐ-UBND",
    "--type": "quyet-dinh",
    "--issuer": "UBND thành phố Ha",
    "--issued": "2026-11-20",
    "--abstract": "Về đỗ xe.",
    "--field": "giao-thong",
}


def typed(options, **changes):
    """Return the words of a command line."""
    changed = {**options, **{f"--{key}": value for key, value in changes.items()}}
    return [word for pair in changed.items() for word in pair]


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("article", {"tag": "giao-thog"}, ("giao-thog", "“giao-thong”")),
        ("article", {"title": "   "}, ("“title” must not be empty",)),
        ("article", {"title": "a" * 251}, ("“title” is too long",)),
        ("article", {"title": "English"}, ("“english”", "a language has that address")),
        ("article", {"title": "Cầu\u202e mới"}, ("“title”", "U+202E")),
        ("article", {"summary": ""}, ("“summary” must not be empty",)),
        ("article", {"summary": "a" * 601}, ("“summary” is too long",)),
        ("document", {"type": "quyet-din"}, ("“type”", "“quyet-dinh”")),
        ("document", {"field": "x"}, ("“field”", "Known are: giao-thong.")),
        ("document", {"issued": "hôm qua"}, ("“issued”",)),
        ("document", {"issued": "2026-02-30"}, ("“issued” is not a possible date",)),
        ("document", {"issuer": " "}, ("“issuer” must not be empty",)),
    ],
)
def test_new_writes_nothing_that_the_checks_refuse(tiny, kind, changes, words):
    """The field that is wrong is named, and no file is left behind."""
    net = tiny()
    options = NEW_ARTICLE if kind == "article" else NEW_DOCUMENT
    refused(net.congtin("new", kind, "ha/portal", *typed(options, **changes)), *words)
    assert not [path for path in net.root.rglob("content/**/*") if path.is_file()]


def test_new_composes_what_was_typed(tiny):
    """Letters typed apart and stray spaces are put right."""
    net = tiny()
    run = net.congtin("new", "article", "ha/portal", *typed(NEW_ARTICLE, title=" Ca\u0302\u0300u  mới "))
    assert run.returncode == 0, run.stderr
    assert "\ntitle: Cầu mới\n" in (net.root / f"{NEWS}/cau-moi.vi.md").read_text("utf-8")
    assert not net.problems()


def test_places_that_cannot_be_written_are_told_before_the_work(tiny, tmp_path):
    """A folder for a file, a file for a folder, a folder that is missing."""
    net = tiny()
    (tmp_path / "file").write_text("x")
    refused(net.congtin("build", "--report", str(tmp_path)), "is a folder, not a file")
    refused(net.congtin("build", "--report", str(tmp_path / "none/report.json")), "There is no folder")
    for command in ("build", "serve", "schema"):
        refused(net.congtin(command, "--output", str(tmp_path / "file")), "is a file, not a folder")
        refused(net.congtin(command, "--output", str(tmp_path / "file/below")), "is a file, not a folder")
    assert not net.output.exists()


def test_only_texts_of_the_repository_are_mended(tiny, tmp_path):
    """`--fix-unicode` touches nothing outside content/ and sites/, not even by another name."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n" + article(1, body="nu\u031bo\u031b\u0301c"))
    before = (net.root / f"{NEWS}/a.vi.md").read_bytes()
    outside = tmp_path / "outside.md"
    outside.write_text("e\u0301", "utf-8")
    (net.root / "content/link.md").symlink_to(outside)
    for path in (str(outside), "content/../../outside.md", "content/link.md", "pelicanconf.py"):
        run = net.congtin("check", "--fix-unicode", f"{NEWS}/a.vi.md", "--fix-unicode", path)
        refused(run, "below content/ or sites/")
    assert outside.read_text("utf-8") == "e\u0301"
    assert (net.root / f"{NEWS}/a.vi.md").read_bytes() == before


def test_waiting_lists_what_a_board_has_not_answered(tiny):
    """Offered and neither accepted by rule nor by pick: id, title, origin and time."""
    net = tiny(
        f"-- {NEWS}/a.vi.md --\n" + article(1, "Theo quy tắc", crosspost="[ha/lim]"),
        "-- content/ha/mai/gioi-thieu/2026/x.vi.md --\n"
        + article(2, "Chờ [/x] duyệt", crosspost="[ha/portal]").replace("kind: article", "kind: page"),
    )
    run = net.congtin("site", "waiting", "ha/portal", "--format", "json")
    assert json.loads(run.stdout) == [
        {"id": item_id(2), "title": "Chờ [/x] duyệt", "from": "ha/mai", "since": "2026-10-05T08:30:00+07:00"}
    ]
    table = net.congtin("site", "waiting", "ha/portal").stdout
    assert "Chờ [/x] duyệt" in table and "1 Item waits." in table
    assert json.loads(net.congtin("site", "waiting", "ha/lim", "--format", "json").stdout) == []
    refused(net.congtin("site", "waiting", "ha/lin"), "ha/lim")
    net.put(f"sites/ha/portal/picks/{item_id(2)}.yaml", f"item: {item_id(2)}\nrefused: Không phù hợp\n")
    assert json.loads(net.congtin("site", "waiting", "ha/portal", "--format", "json").stdout) == []


def test_clicks_own_words_are_in_the_persons_language(tiny):
    """Help and usage errors speak Vietnamese too."""
    net = tiny()
    assert "Cách dùng:" in net.congtin("--help", lang="vi").stdout
    run = net.congtin("bild", lang="vi")
    assert run.returncode == 2
    assert "Không có lệnh 'bild'." in run.stderr
    assert "Usage:" in net.congtin("--help").stdout
