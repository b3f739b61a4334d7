"""A board member reads what a Change changes: nothing that differs is absent, nothing hides, nothing pretends."""

from __future__ import annotations

import io
import json
import re
import subprocess
import time
import unicodedata
import zlib

import pyromark
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from network import article, document, item_id, translation
from rich.cells import cell_len
from rich.console import Console

from congtin.catalogue.front_matter import MODELS, Translation
from congtin.cli.diff_view import diff_json, show_diff
from congtin.editorial.diff.compare import compare
from congtin.editorial.diff.file_diff import Side, source_diff
from congtin.editorial.diff.files import dimensions
from congtin.editorial.diff.labels import PICK_FIELDS, SOURCE_FIELDS
from congtin.editorial.diff.markdown import OPTIONS, blocks_of
from congtin.editorial.diff.model import ChangeDiff, FileDiff, Shape, Sign, Sort, What
from congtin.editorial.diff.visible import visible, visible_address, visible_line
from congtin.editorial.diff.words import pieces, spans, tokens
from congtin.editorial.repository import ABSENT, REGULAR, Difference, GitRepository
from congtin.engine import blob_id
from congtin.network.options import Pick

LIM = "content/ha/lim/tin-tuc/2026"
PORTAL = "content/ha/portal/tin-tuc/2026"
NO_MODE = "000000"


class Files(dict[str, bytes]):
    """A tree held in memory."""

    def read(self, path: str) -> bytes | None:
        return self.get(path)

    def paths(self, below: str) -> list[str]:
        return [path for path in self if path.startswith(f"{below}/")]


def files(texts: dict[str, str | bytes]) -> Files:
    return Files({path: text if isinstance(text, bytes) else text.encode() for path, text in texts.items()})


def differences(before: Files, after: Files) -> list[Difference]:
    found = []
    for path in sorted({*before, *after}):
        was, now = before.get(path), after.get(path)
        if was != now:
            found.append(
                Difference(
                    path,
                    NO_MODE if was is None else REGULAR,
                    NO_MODE if now is None else REGULAR,
                    ABSENT if was is None else blob_id(was),
                    ABSENT if now is None else blob_id(now),
                    "A" if was is None else "D" if now is None else "M",
                )
            )
    return found


def changed(before: dict[str, str | bytes], after: dict[str, str | bytes]) -> ChangeDiff:
    was, now = files(before), files(after)
    return compare(was, now, differences(was, now))


def edit(before: str, after: str, path: str = f"{LIM}/cho-hoa.vi.md") -> FileDiff:
    (file,) = changed({path: before}, {path: after}).files()
    return file


def screen(diff: ChangeDiff, *, lines: bool = False, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, markup=False, highlight=False, emoji=False)
    show_diff(console, diff, lines=lines)
    return console.file.getvalue()


def unwrapped(text: str) -> str:
    return re.sub(r"\n    [-+~ ] ", " ", text)


def seen(before: str, after: str) -> str:
    path = f"{LIM}/cho-hoa.vi.md"
    return screen(changed({path: before}, {path: after}))


# --- stories ---------------------------------------------------------------------------------------


def test_an_edit_is_told_field_by_field_and_word_by_word():
    """The title, the tags and one paragraph change; the rest is folded."""
    body = "\n\n".join(["Mở đầu.", "Chợ hoa họp từ 8 giờ đến 17 giờ.", *[f"Đoạn {number}." for number in range(9)]])
    before = article(1, "Chợ hoa cuối tuần", body, tags="[giao-thong]")
    after = article(1, "Chợ hoa thứ bảy", body.replace("17 giờ", "18 giờ"), tags="[giao-thong, moi-truong]")
    file = edit(before, after)
    assert (file.sort, file.lang, file.what) == (Sort.ORIGINAL, "vi", (What.EDITED,))
    assert [(change.path, change.old, change.new) for change in file.fields] == [
        ("title", "Chợ hoa cuối tuần", "Chợ hoa thứ bảy"),
        ("tags", "giao-thong", "giao-thong, moi-truong"),
    ]
    assert [(passage.sign, passage.count) for passage in file.passages] == [
        (Sign.SAME, 0),
        (Sign.CHANGED, 0),
        (Sign.SAME, 0),
        (Sign.FOLDED, 8),
    ]
    assert file.told
    text = seen(before, after)
    assert "Chợ hoa thứ bảy (" + item_id(1) in text
    assert "Title: Chợ hoa [-cuối tuần-]{+thứ bảy+}" in text
    assert "Tags: giao-thong, {+moi-truong+}" in text
    assert "~ Chợ hoa họp từ 8 giờ đến [-17-]{+18+} giờ." in text
    assert "… 8 passages unchanged" in text


def test_the_labels_of_fields_are_in_the_language_of_the_person(monkeypatch):
    """A Vietnamese board member reads Vietnamese."""
    monkeypatch.setenv("CONGTIN_LANG", "vi")
    assert "Tiêu đề: Chợ [-hoa-]{+quê+}" in seen(article(1, "Chợ hoa"), article(1, "Chợ quê"))


def test_every_field_has_a_name_for_people():
    """Front matter and picks; nobody has to know the words of the format."""
    for model in (*MODELS.values(), Translation):
        assert model.model_fields.keys() <= SOURCE_FIELDS.keys()
    assert Pick.model_fields.keys() <= PICK_FIELDS.keys()


def test_a_new_item_with_a_translation_and_a_picture_is_one_entry():
    """Everything of one Item stands together, the original first."""
    original = article(7, "Bản tin", "Nội dung **đậm**.")
    diff = changed(
        {},
        {
            f"{LIM}/ban-tin.vi.md": original,
            f"{LIM}/ban-tin.en.md": translation(original, "Bulletin", "Contents."),
            f"{LIM}/ban-tin.files/anh.png": png(1200, 675),
        },
    )
    (item,) = diff.items
    assert (item.id, item.title, item.path, item.old_path) == (item_id(7), "Bản tin", f"{LIM}/ban-tin", "")
    assert [(file.sort, file.lang, file.what) for file in item.files] == [
        (Sort.ORIGINAL, "vi", (What.NEW,)),
        (Sort.TRANSLATION, "en", (What.TRANSLATED,)),
        (Sort.MEDIA, "", (What.ADDED,)),
    ]
    picture = item.files[2].new
    assert (picture.type, picture.width, picture.height) == ("png", 1200, 675)
    text = screen(diff)
    assert "+ Nội dung **đậm**." in text
    assert "1200×675" in text and picture.sha256 in text


def test_a_change_of_the_translation_alone_names_its_item():
    """The original is not part of the Change; its title and id are shown all the same."""
    original = article(3, "Bản tin")
    path = f"{LIM}/ban-tin"
    before = {f"{path}.vi.md": original, f"{path}.en.md": translation(original, "Bulletin")}
    diff = changed(before, before | {f"{path}.en.md": translation(original, "The bulletin")})
    (item,) = diff.items
    assert (item.id, item.title) == (item_id(3), "Bản tin")
    assert [file.what for file in item.files] == [(What.EDITED,)]
    assert item.files[0].sort is Sort.TRANSLATION


def test_a_translation_confirmed_against_a_new_revision_says_so():
    """Only the revision differs."""
    old, new = article(3, "Một"), article(3, "Hai")
    path = f"{LIM}/ban-tin"
    diff = changed(
        {f"{path}.vi.md": old, f"{path}.en.md": translation(old)},
        {f"{path}.vi.md": new, f"{path}.en.md": translation(new)},
    )
    assert [file.what for file in diff.items[0].files] == [(What.EDITED,), (What.CONFIRMED,)]


def test_an_item_that_moved_to_another_site_is_one_entry():
    """Found by its id; translation and media come along, and an edit on the way is still seen."""
    original = article(5, "Bản tin", "Một hai ba bốn năm sáu.")
    media = png(10, 10)
    diff = changed(
        {
            f"{LIM}/cu.vi.md": original,
            f"{LIM}/cu.en.md": translation(original),
            f"{LIM}/cu.files/anh.png": media,
            f"{LIM}/cu.files/thua.csv": "a,b\n",
        },
        {
            f"{PORTAL}/moi.vi.md": original.replace("bốn", "BỐN"),
            f"{PORTAL}/moi.en.md": translation(original),
            f"{PORTAL}/moi.files/anh.png": media,
        },
    )
    (item,) = diff.items
    assert (item.path, item.old_path) == (f"{PORTAL}/moi", f"{LIM}/cu")
    assert [file.what for file in item.files] == [
        (What.MOVED, What.EDITED),
        (What.MOVED,),
        (What.REMOVED,),
        (What.MOVED,),
    ]
    text = screen(diff)
    assert f"moved from {LIM}/cu" in text
    assert "[-bốn-]{+BỐN+}" in text


def test_withdrawing_and_restoring_are_named():
    """With what else was edited."""
    shown = article(1)
    down = article(1, withdrawn="{at: 2026-11-01, reason: Sai số liệu}")
    assert edit(shown, down).what == (What.WITHDRAWN,)
    assert edit(down, shown).what == (What.RESTORED,)
    assert edit(shown, down.replace("Nội dung.", "Khác.")).what == (What.WITHDRAWN, What.EDITED)
    assert "+ Withdrawal: reason [withdrawn.reason]: Sai số liệu" in seen(shown, down)


def test_a_deleted_item_shows_what_is_lost():
    """Every field and passage, as removed."""
    diff = changed({f"{LIM}/a.vi.md": article(1, "Bản tin", "Một.\n\nHai.")}, {})
    (item,) = diff.items
    assert (item.id, item.title, item.files[0].what) == (item_id(1), "Bản tin", (What.DELETED,))
    assert [passage.sign for passage in item.files[0].passages] == [Sign.REMOVED] * 2
    assert "- Title: Bản tin" in screen(diff)


def test_attachments_of_a_document_are_compared_entry_by_entry():
    """One is put between two others."""
    one, two, three = (f"{{file: a.files/{name}.csv, title: Biểu {name}}}" for name in ("a", "b", "c"))
    file = edit(document(1, attachments=f"[{one}, {three}]"), document(1, attachments=f"[{one}, {two}, {three}]"))
    assert [(change.path, change.old, change.new) for change in file.fields] == [
        ("attachments[2].file", None, "a.files/b.csv"),
        ("attachments[2].title", None, "Biểu b"),
    ]


def test_media_are_shown_by_size_digest_and_dimensions():
    """Added, replaced, removed; a table of values also by its lines."""
    base = {f"{LIM}/a.vi.md": article(1)}
    folder = f"{LIM}/a.files"
    diff = changed(
        base | {f"{folder}/a.png": png(10, 20), f"{folder}/b.pdf": b"%PDF-1", f"{folder}/c.csv": "x,1\ny,2\n"},
        base | {f"{folder}/a.png": png(30, 40), f"{folder}/c.csv": "x,1\ny,3\n", f"{folder}/d.jpg": b"GIF89a----"},
    )
    assert [file.what for file in diff.items[0].files] == [
        (What.REPLACED,),
        (What.REMOVED,),
        (What.EDITED,),
        (What.ADDED,),
    ]
    text = screen(diff)
    assert "10×20" in text and "30×40" in text
    assert "y,[-2-]{+3+}" in text
    assert "named jpg, but something else" in " ".join(text.replace("\n    + ", " ").split())
    for file in diff.files():
        for version in (file.old, file.new):
            assert version is None or version.sha256 in text


def test_a_pick_stands_with_the_item_it_takes():
    """Its title is found through the Sources it consents to."""
    path, source = f"sites/ha/lim/picks/{item_id(9)}.yaml", f"{PORTAL}/tin.vi.md"
    before = {source: article(9, "Tin của cổng")}
    taken = f"item: {item_id(9)}\ninto: tin-thanh-pho\nsources:\n  {source}: {'a' * 40}\n"
    diff = changed(before, before | {path: taken})
    (item,) = diff.items
    assert (item.id, item.title, item.files[0].sort, item.files[0].what) == (
        item_id(9),
        "Tin của cổng",
        Sort.PICK,
        (What.PICKED,),
    )
    text = screen(diff)
    assert "Taken into the section: tin-thanh-pho" in text and "a" * 40 in re.sub(r"\s+|\+ ", "", text)
    refused = f"item: {item_id(9)}\nrefused: Không thuộc địa bàn\n"
    assert [file.what for file in changed({path: taken}, {path: refused}).files()] == [(What.REFUSED,)]
    ended = taken + "ended: 2026-11-01\n"
    assert [file.what for file in changed({path: taken}, {path: ended}).files()] == [(What.PICK_ENDED,)]


def test_a_pick_joins_its_item_where_that_changes_too():
    """The portal's edit and the ward's consent are read together."""
    source = f"{PORTAL}/tin.vi.md"
    diff = changed({}, {source: article(9), f"sites/ha/lim/picks/{item_id(9)}.yaml": f"item: {item_id(9)}\n"})
    (item,) = diff.items
    assert [file.sort for file in item.files] == [Sort.ORIGINAL, Sort.PICK]


def test_settings_are_compared_key_by_key_and_by_their_order():
    """The order of sections is that of a menu."""
    before = "site:\n  sections:\n    a: {label: {vi: A}}\n    b: {label: {vi: B}}\naccepts:\n  - {from: x, into: a}\n"
    after = "site:\n  sections:\n    b: {label: {vi: B}}\n    a: {label: {vi: Á}}\naccepts:\n  - {from: y, into: a}\n"
    diff = changed({"sites/ha/portal.yaml": before}, {"sites/ha/portal.yaml": after})
    (file,) = diff.settings
    assert [(change.path, change.old, change.new, change.order) for change in file.fields] == [
        ("site.sections.a.label.vi", "A", "Á", False),
        ("site.sections", "a, b", "b, a", True),
        ("accepts[1].from", "x", "y", False),
    ]
    assert "site.sections: order of the keys: " in screen(diff)


def test_other_texts_are_shown_by_their_lines():
    """A template, a plugin: with line numbers."""
    diff = changed({"themes/a.html": "<p>\n<b>a b c\n</p>\n"}, {"themes/a.html": "<p>\n<b>a b d\n</p>\n"})
    (file,) = diff.others
    assert [(line.sign, line.old_line, line.new_line) for line in file.lines] == [
        (Sign.SAME, 1, 1),
        (Sign.CHANGED, 2, 2),
        (Sign.SAME, 3, 3),
    ]


# --- the text as it is read ------------------------------------------------------------------------


def test_every_kind_of_block_is_shown_as_it_is_read():
    """Headings, lists, quotations, tables, code, pictures, notes, definitions, rules, raw HTML."""
    body = """\
## Hồ sơ {#ho-so}

Nộp *một* **bản** ~~cũ~~ `mã`[^1].  
Xong.

- a
  - b

    c

3. ba
4. bốn

> trích

| x | y |
|:--|--:|
| 1 | 2 |

![Ảnh chợ](a.files/anh.png "Chú thích")

```py
x = 1
```

<div lang="en">
Raw
</div>

Từ
: Nghĩa

---

[^1]: Ghi chú <hop-thu@ha.gov.vn> <https://ha.gov.vn/>
"""  # noqa: W291 (two spaces are a hard break)
    assert [f"{block.shape}: {block.lead}{block.whole}" for block in blocks_of(body)] == [
        "heading: Hồ sơ ‹#ho-so›",
        "paragraph: Nộp *một* **bản** ~~cũ~~ `mã`‹^1›. ‹br› Xong.",
        "item: • a",
        "paragraph:   • b",
        "paragraph:     c",
        "item: 3. ba",
        "item: 4. bốn",
        "paragraph: > trích",
        "row: x ‹←› | y ‹→›",
        "row: 1 | 2",
        'picture: ‹▣› Ảnh chợ ‹a.files/anh.png "Chú thích"›',
        "code: ‹```py›",
        "code: x = 1",
        'html: ‹<div lang="en">›',
        "html: ‹Raw›",
        "html: ‹</div>›",
        "term: Từ",
        "definition: : Nghĩa",
        "rule: ‹hr›",
        "paragraph: [^1]: Ghi chú ‹mailto:hop-thu@ha.gov.vn› ‹https://ha.gov.vn/›",
    ]


def test_another_address_under_the_same_words_is_seen():
    """The reader would not notice it on the page."""
    before = article(1, body="Xem [bản đồ](https://ha.gov.vn/a), ![x](a.files/a.png).")
    text = seen(before, before.replace("ha.gov.vn/a", "evil.example/a").replace("a.png", "b.png"))
    line = "Xem [bản đồ] ‹https://[-ha.gov.vn-]{+evil.example+}/a›, ‹▣› x ‹a.files/[-a-]{+b+}.png›."
    assert line in unwrapped(text)
    wider = edit(article(1, body="Xem [bản đồ](/a)"), article(1, body="[Xem bản đồ](/a)"))
    assert "".join(piece.text for piece in wider.passages[0].pieces if piece.sign is not Sign.REMOVED) == (
        "[Xem bản đồ] ‹/a›"
    )


def test_a_letter_of_another_alphabet_is_seen():
    """A Cyrillic о in a host, or within a Latin word."""
    assert visible_address("https://h\u043eankiem.vn") == "https://h⟦U+043E⟧ankiem.vn"
    assert visible_address("\u0430\u0441") == "⟦U+0430⟧⟦U+0441⟧"
    assert visible("h\u043ea") == "h⟦U+043E⟧a"
    assert visible("Москва 5 µg Δ") == "Москва 5 µg Δ"
    assert visible("xem https://ha.gov.vn\u2215x.example/Hồ-Gươm.") == "xem https://ha.gov.vn⟦U+2215⟧x.example/Hồ-Gươm."


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("\u200b", "⟦U+200B⟧"),
        ("\u202e", "⟦U+202E⟧"),
        ("\u00ad", "⟦U+00AD⟧"),
        ("\u00a0", "⟦U+00A0⟧"),
        ("\ufe0f", "⟦U+FE0F⟧"),
        ("\u3164", "⟦U+3164⟧"),
        ("\U000e0041", "⟦U+E0041⟧"),
        ("\x1b(B", "⟦U+001B⟧(B"),
        ("\u0336", "⟦U+0336⟧"),
        ("\u0302\u0316\u0316", "⟦U+0316⟧"),
        ("\u05d0", "⟦U+05D0⟧"),
        ("<!-- x -->", "‹<!-- x -->›"),
        ("<b onclick=x>", "‹<b onclick=x>›"),
        ("‹", "⟦U+2039⟧"),
    ],
)
def test_what_hides_in_a_text_is_made_visible(hidden, shown):
    """In the text as it is read and in the lines."""
    path = f"{LIM}/a.vi.md"
    diff = changed({path: article(1, body="Một hai.")}, {path: article(1, body=f"Một{hidden} hai.")})
    assert shown in screen(diff).replace("[-", "").replace("{+", "").replace("+}", "")
    assert all(char == "\n" or char.isprintable() for char in screen(diff, lines=True))
    assert all(char == "\n" or char.isprintable() for char in diff_json(diff))


def test_letters_taken_apart_differ_from_whole_ones():
    """NFC and NFD look alike."""
    whole, apart = "Chợ hoa", unicodedata.normalize("NFD", "Chợ hoa")
    assert "⟦U+0323⟧" in seen(article(1, whole), article(1, apart))


def test_a_text_cannot_pretend_to_be_a_comparison():
    """The signs of the comparison in a text are told from real ones."""
    text = seen(article(1, body="Một hai ba."), article(1, body="Một hai ba [-bốn-] {+năm+}."))
    assert "[-bốn" not in text and "{+năm" not in text
    assert "\\⟦[-⟧bốn-\\] ⟦{+⟧năm⟦+}⟧" in text


def test_no_line_can_begin_as_if_it_were_ours():
    """A long text is wrapped with its sign before each line."""
    words = "- ".join("từ ngữ dài" for _ in range(60))
    lines = seen(article(1, body="Một."), article(1, body=f"Một.\n\n{words}")).splitlines()
    block = [line for line in lines if "từ ngữ" in line]
    assert len(block) > 5 and all(line.startswith("    + ") for line in block)
    long = "x" * 78 + " ■ Mục khác " + "    + Tiêu đề: khác " * 8
    path = f"{LIM}/{long}.vi.md"
    assert all(
        line.startswith(("■ ", "  @ ", "  ▸ ", "    + "))
        for line in screen(
            changed({}, {f"{LIM}/a.vi.md": article(1, json.dumps(long, ensure_ascii=False)), path: article(2)})
        ).splitlines()
        if line.strip()
    )


def test_the_screen_is_narrow_enough():
    """80 columns, whatever the text."""
    body = "x" * 300 + "\n\n" + "漢字" * 100 + "\n\n| a | b |\n|---|---|\n| " + "y " * 100 + "| z |"
    diff = changed({}, {f"{LIM}/a.vi.md": article(1, body=body), f"{LIM}/a.files/a.png": png(1, 1)})
    for line in screen(diff, lines=True).splitlines():
        assert cell_len(line) <= 80, line


def test_a_new_number_of_an_entry_is_no_new_entry():
    """An entry put at the top moves the others on."""
    file = edit(article(1, body="1. Một\n2. Hai"), article(1, body="1. Không\n2. Một\n3. Hai"))
    assert [passage.sign for passage in file.passages] == [Sign.ADDED, Sign.CHANGED, Sign.CHANGED]
    assert [piece.text for piece in file.passages[1].pieces] == ["1", "2", ". Một"]


# --- only the writing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("title: Tiêu đề", 'title: "Tiêu đề"'),
        ("title: Tiêu đề", "title: Tiêu đề # ghi chú"),
        ("title: Tiêu đề\nsummary: Tóm tắt 1.", "summary: Tóm tắt 1.\ntitle: Tiêu đề"),
        ("title: Tiêu đề", "title:  Tiêu đề"),
        ("Nội dung.\n", "Nội dung.\n\n\n"),
        ("Nội dung.\n", "Nội dung."),
        ("Nội dung.", "Nội&#32;dung."),
        ("Nội dung.", "Nội dung. "),
        ("\n", "\r\n"),
        ("---\nid", "\ufeff---\nid"),
        ("Nội dung.\n", "Nội dung.\n\n[an]: https://evil.example\n"),
    ],
)
def test_a_difference_in_writing_alone_is_called_so_and_shown(was, now):
    """Bytes differ, meaning does not; an approver answers for the bytes."""
    before = article(1)
    after = before.replace(was, now)
    assert before != after
    file = edit(before, after)
    assert file.what == (What.REWRITTEN,)
    assert not file.fields and not file.passages and file.lines and not file.told
    assert "only the writing differs, not the meaning" in seen(before, after)


def test_what_hides_behind_another_edit_is_shown_by_its_lines():
    """A comment beside an edited title, an unused definition beside an edited paragraph."""
    before = article(1, "Một", "Hai ba bốn.")
    assert not edit(before, before.replace("Một", "Hai # mật")).told
    assert not edit(before, before.replace("bốn.", "năm.\n\n[x]: https://evil.example")).told
    assert edit(before, before.replace("Một", "Hai").replace("bốn", "năm")).told


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"no front matter\n",
        b"---\ntitle: [\n---\nx\n",
        b"---\n- a\n---\nx\n",
        b'---\na: 1\n"a": 2\n---\nx\n',
        b"---\ntitle: \xff\xfe\n---\nx\n",
        b"\x00\x01---\n",
        b'---\n"\\e[31m": 1\n"\\e[31m": 2\n---\n',
    ],
)
def test_a_broken_file_is_shown_by_its_lines(broken):
    """On either side, or both; never an exception."""
    path, whole = f"{LIM}/a.vi.md", article(1).encode()
    for before, after in ((whole, broken), (broken, whole), (broken, broken + b"y")):
        diff = changed({path: before}, {path: after})
        (file,) = diff.files()
        assert file.lines and not file.told and file.problems
        assert "\x1b" not in screen(diff)
    for before, after in (({}, {path: broken}), ({path: broken}, {})):
        (file,) = changed(before, after).files()
        assert file.problems and (file.lines or not broken)


def test_broken_settings_are_shown_by_their_lines():
    """With what is wrong with them."""
    (file,) = changed({"sites/ha/lim.yaml": "a: 1\n"}, {"sites/ha/lim.yaml": "a: &x 1\n"}).settings
    assert file.lines and file.problems and file.what == (What.EDITED,)


@pytest.mark.parametrize("mode", ["100755", "120000", "160000"])
def test_what_is_no_ordinary_file_is_named(mode):
    """An executable, a link, a submodule: also where no byte differs."""
    path = f"{LIM}/a.vi.md"
    tree = files({path: article(1)} if mode != "160000" else {})
    before = files({path: article(1)})
    diff = compare(before, tree, [Difference(path, REGULAR, mode, "a" * 40, "a" * 40, "M")])
    (file,) = diff.files()
    assert What.MODE in file.what
    assert f"100644 → {mode}" in screen(diff)
    (added,) = compare(Files(), tree, [Difference(path, NO_MODE, mode, ABSENT, "a" * 40, "A")]).files()
    assert What.MODE in added.what


def test_values_that_look_alike_are_told_apart():
    """15 and "15", a list and a text."""
    (change,) = edit(article(1, order="15"), article(1, order='"15"')).fields
    assert (change.old, change.new) == ("15", '"15"')
    (change,) = edit(article(1, tags="[a, b]"), article(1, tags='["a, b"]')).fields
    assert (change.old, change.new) == ('["a", "b"]', '["a, b"]')
    (change,) = edit(article(1, draft="true"), article(1, draft="1")).fields
    assert (change.old, change.new) == ("true", "1")


def test_an_item_that_takes_the_place_of_another_is_no_move_of_both():
    """Ids are exchanged between two paths: both are edits, and both show the id."""
    one, two = article(1, "Một"), article(2, "Hai")
    diff = changed(
        {f"{LIM}/a.vi.md": one, f"{LIM}/b.vi.md": two},
        {f"{LIM}/a.vi.md": two, f"{LIM}/b.vi.md": one},
    )
    assert [file.what for file in diff.files()] == [(What.EDITED,)] * 2
    assert all("id" in {change.path for change in file.fields} for file in diff.files())


def test_two_new_files_with_the_id_of_a_deleted_one_are_both_shown():
    """Only one of them can be the move."""
    text = article(1)
    diff = changed({f"{LIM}/a.vi.md": text}, {f"{LIM}/b.vi.md": text, f"{LIM}/c.vi.md": text})
    assert sorted(file.what for file in diff.files()) == [(What.MOVED,), (What.NEW,)]


def test_json_is_the_same_in_every_language(monkeypatch):
    """Stable words for programs."""
    diff = changed({}, {f"{LIM}/a.vi.md": article(1), f"{LIM}/b.vi.md": "x"})
    monkeypatch.setenv("CONGTIN_LANG", "vi")
    vietnamese = diff_json(diff)
    monkeypatch.setenv("CONGTIN_LANG", "en")
    assert vietnamese == diff_json(diff)
    data = json.loads(vietnamese)
    assert data["format"] == 1
    assert data["items"][0]["files"][0]["what"] == ["new"]


def test_nothing_differs():
    """An empty Change says so."""
    assert "Nothing differs." in screen(changed({}, {}))


def test_two_commits_are_compared_as_git_keeps_them(tmp_path):
    """Differences and trees as `repository` gives them, with a submodule among them."""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@ha.gov.vn"]
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for number, text in enumerate((article(1, "Một"), article(1, "Hai"))):
        file = tmp_path / LIM / "a.vi.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        (tmp_path / LIM / f"x{number}.en.md").write_text(translation(text), "utf-8")
        subprocess.run([*git, "add", "-A"], check=True)
        if number:
            entry = f"160000,{'1' * 40},content/ha/khác"
            subprocess.run([*git, "update-index", "--add", "--cacheinfo", entry], check=True)
        subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)
    with GitRepository(tmp_path) as repository:
        base, head = repository.resolve("HEAD~1"), repository.resolve("HEAD")
        diff = compare(repository.tree(base), repository.tree(head), repository.differences(base, head))
    assert [(item.title, [file.what for file in item.files]) for item in diff.items] == [
        ("Hai", [(What.EDITED,)]),
        ("", [(What.TRANSLATED,)]),
    ]
    assert [(file.path, file.what) for file in diff.others] == [("content/ha/khác", (What.ADDED, What.MODE))]


# --- whatever is compared --------------------------------------------------------------------------

CHARACTERS = st.one_of(
    st.sampled_from("aăâbcdđ ôơư\n\t\r\u00a0\u200b\u202e\u0301\u0323⟦⟧‹›*_`[]()<>#-+{}|:\\\"'&\ufeffоА漢"),
    st.characters(),
)
TEXTS = st.text(CHARACTERS, max_size=60)
PATHS = st.sampled_from(
    [
        f"{LIM}/a.vi.md", f"{LIM}/a.en.md", f"{LIM}/b.vi.md", f"{PORTAL}/a.vi.md", f"{LIM}/a.files/x.png",
        f"{LIM}/a.files/x.csv", f"{LIM}/A.vi.md", "sites/ha/lim.yaml", f"sites/ha/lim/picks/{item_id(1)}.yaml",
        "workflows/editorial.yaml", "themes/x.html", "README.md", "content/x", "strange \u202e name.yaml",
        f"{LIM}/a.\u202e.md", f"{LIM}/a..md",
    ]
)  # fmt: skip
CONTENTS = st.one_of(
    st.binary(max_size=30),
    TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.builds(
        lambda number, title, body: article(number, json.dumps(title), body).encode("utf-8", "surrogatepass"),
        st.integers(1, 3), TEXTS, TEXTS,
    ),
    st.builds(lambda value: f"a: {json.dumps(value)}\n".encode(), st.one_of(TEXTS, st.lists(TEXTS), st.integers())),
)  # fmt: skip
TREES = st.dictionaries(PATHS, CONTENTS, max_size=6).map(Files)


@settings(max_examples=150, deadline=None)
@given(TREES, TREES)
def test_every_difference_is_in_the_result(before, after):
    """Whatever the files are; and the screen and JSON can show it."""
    found = differences(before, after)
    diff = compare(before, after, found)
    shown = [version.path for file in diff.files() for version in (file.old, file.new) if version]
    assert {visible(difference.path) for difference in found} == set(shown)
    for file in diff.files():
        assert file.what
        if file.old and file.new and file.old.oid != file.new.oid:
            assert file.lines or (What.REPLACED in file.what and file.old.sha256 != file.new.sha256)
            assert file.told <= bool(file.fields or file.passages or not file.lines)
    text = screen(diff)
    assert all(char == "\n" or char.isprintable() for char in text)
    assert json.loads(diff_json(diff))["format"] == 1


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_two_sources_that_differ_in_any_byte_give_a_result(data):
    """An edit anywhere in a text is a field, a passage, or a line said to be of writing alone."""
    before = article(1, body="Chợ *hoa* [a](b).\n\n- x\n- y\n")
    at = data.draw(st.integers(0, len(before)))
    gone = data.draw(st.integers(0, 3))
    after = before[:at] + data.draw(st.text(CHARACTERS, max_size=3)) + before[at + gone :]
    if after.encode("utf-8", "surrogatepass") == before.encode():
        return
    sides = [
        Side(f"{LIM}/a.vi.md", REGULAR, blob_id(blob), blob)
        for blob in (before.encode(), after.encode("utf-8", "surrogatepass"))
    ]
    file = source_diff("vi", *sides)
    assert file.lines and file.what
    assert file.fields or file.passages or not file.told


FRAGMENTS = st.lists(
    st.sampled_from(
        ["a", "b", " ", "\n", "\n\n", "*", "**", "_", "`", "[a](b)", "[a](c)", "[a](b 'c')", "<b>", "<!--", "-->",
         "# ", "- ", "1. ", "2. ", "> ", "```\n", "|", "|-|\n", "&amp;", "![a](b)", "<div>\n", "    ", "\\", "[^1]",
         "[^1]: ", "[a]: b\n", "[a]", ": ", "~~", "---\n", "{#x}", "  \n"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(FRAGMENTS, FRAGMENTS)
@example("- a\n- b", "- a\n* b")
def test_another_page_is_another_comparison(before, after):
    """Where the HTML differs, a passage differs or the lines are shown."""
    sides = [
        Side("a.vi.md", REGULAR, blob_id(text.encode()), f"---\nid: x\n---\n{text}".encode())
        for text in (before, after)
    ]
    file = source_diff("vi", *sides)
    if pyromark.html(before, options=OPTIONS) != pyromark.html(after, options=OPTIONS):
        assert file.passages or (file.lines and not file.told)


@given(st.text(CHARACTERS))
@example("\ud800\udc80")
def test_visible_text_is_printable_and_loses_nothing(text):
    """What was written can be read back from it."""
    for shown in (visible(text), visible_address(text), visible_line(text)):
        assert shown.isprintable()
        assert re.sub("⟦(?:U[+])?([^⟧]*)⟧", _read_back, shown) == text


def _read_back(match: re.Match[str]) -> str:
    if match[1] == "↵":
        return "\n"
    return chr(int(match[1], 16) + (0 if match[0].startswith("⟦U+") else 0xDC00))


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.lists(st.sampled_from("abcd"), max_size=30))
def test_spans_cover_both_sides(old, new):
    """Without gaps, and what is called equal is."""
    found = spans(old, new)
    assert [x for span in found for x in old[span.a : span.b]] == old
    assert [x for span in found for x in new[span.c : span.d]] == new
    assert all(not span.equal or old[span.a : span.b] == new[span.c : span.d] for span in found)


@given(st.text(CHARACTERS, max_size=20).map(visible), st.text(CHARACTERS, max_size=20).map(visible))
def test_pieces_hold_both_texts(old, new):
    """Short texts are not folded: both can be put together again."""
    assert "".join(tokens(old)) == old
    found = pieces(old, new)
    if any(piece.sign is Sign.FOLDED for piece in found):
        return
    assert "".join(piece.text for piece in found if piece.sign is not Sign.ADDED) == old
    assert "".join(piece.text for piece in found if piece.sign is not Sign.REMOVED) == new


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(("a b " * 50_000, "b a " * 50_000), id="one long line of two words"),
        pytest.param(("a\n" * 80_000, "b\n" + "a\n" * 79_000 + "c\n"), id="equal lines"),
        pytest.param(("a\n\n" * 30_000 + "x\n\n", "\n\nb" * 30_000), id="equal paragraphs"),
        pytest.param(
            ("".join(f"{n}\n\n" for n in range(30_000)), "".join(f"{n}\n\n" for n in reversed(range(30_000)))),
            id="everything turned round",
        ),
        pytest.param(("> " * 5_000 + "a", "> " * 5_001 + "a"), id="deep quotations"),
        pytest.param(("x" * 1_000_000, "y" * 1_000_000), id="too long to be read"),
    ],
)
def test_no_text_keeps_the_server_busy(texts):
    """Seconds at most, whatever is in it."""
    before, after = (article(1, body=text) for text in texts)
    began = time.process_time()
    file = edit(before, after)
    assert file.lines
    assert time.process_time() - began < 10


def test_a_text_too_large_to_show_says_so():
    """Size and digest stand in its place."""
    diff = changed({}, {"README.md": "x\n" * 1_100_000})
    (file,) = diff.others
    assert not file.lines and file.problems
    assert file.new.sha256 in screen(diff)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (b"GIF89a\x03\x00\x04\x00", (3, 4)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc2\x00\x0b\x08\x00\x10\x00\x20", (32, 16)),
        (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1f\0\0\x0f\0\0", (32, 16)),
        (b"RIFF\0\0\0\0WEBPVP8L\x0a\0\0\0/\x1f\xc0\x03\x00", (32, 16)),
        (b"RIFF\0\0\0\0WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\x20\x00\x10\x00", (32, 16)),
        (b"\xff\xd8\xff", (0, 0)),
        (b"%PDF-1.7", (0, 0)),
    ],
)
def test_dimensions_of_pictures(data, size):
    """Read from the first bytes of each format."""
    assert dimensions(data) == size


def test_a_picture_alone_is_a_picture():
    """A picture in a sentence is part of that."""
    assert [block.shape for block in blocks_of("![a](b)\n\n![a](b) c")] == [Shape.PICTURE, Shape.PARAGRAPH]


def png(width: int, height: int) -> bytes:
    """Return the beginning of a picture, enough to be one for its reader."""
    head = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + head + zlib.crc32(head).to_bytes(4)
