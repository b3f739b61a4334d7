"""What an approver is shown: secrets, private persons' data, texts that are there already, texts of others (E25)."""

from __future__ import annotations

import json

import pytest
from drawn import png
from network import REPOSITORY, TinyNetwork, article, read_repository, translation

from congtin.checks.personal import inspect_id_numbers
from congtin.checks.reviewing import review_items
from congtin.checks.secrecy import has_secret_name, inspect_secrecy
from congtin.errors import Severity
from congtin.model import Profile

NEWS = "content/ha/portal/tin-tuc/2026"
LIM = "content/ha/lim/tin-tuc/2026"
PATH = f"{NEWS}/bai.vi.md"
LONG = (
    "Sáng nay phường mở lại chợ nổi trên sông sau ba tháng sửa bến. "
    "Bà con hai bên bờ chèo thuyền tới từ lúc trời chưa sáng hẳn để giữ chỗ. "
    "Ban quản lý chợ xếp thuyền hàng tươi ở phía thượng lưu, hàng khô ở phía hạ lưu. "
    "Mỗi thuyền được phát một phao cứu sinh và một tờ hướng dẫn bỏ rác đúng nơi."
)


def found(net: TinyNetwork) -> dict[str, Severity]:
    """Return the codes that checks and reviews find, with their severities."""
    repository = read_repository(net.root, net.root / ".congtin", net.now, Profile.WORK)
    problems = [*net.problems(), *review_items(repository, repository.own_items)]
    return {problem.code: problem.severity for problem in problems}


def versioned(net: TinyNetwork) -> TinyNetwork:
    net.put(".gitignore", "/output/\n/.congtin/\n/plugins\n/themes\n")
    net.git("init", "-q", "-b", "main")
    net.git("add", "-A")
    net.git("commit", "-qm", "before")
    return net


def since(net: TinyNetwork, base: str = "main") -> dict[str, object]:
    run = net.congtin("check", "--base", base, "--format", "json")
    assert run.stdout, run.stderr
    data: dict[str, object] = json.loads(run.stdout)
    return data


# Secrecy.


@pytest.mark.parametrize(
    "text",
    [
        "TUYỆT MẬT",
        "# **TỐI MẬT**",
        "Kế hoạch\n\nMẬT\n\nNội dung",
        "[MẬT]",
        "| UBND | M Ậ T |",
        "Độ mật: TỐI MẬT",
        "Công văn (MẬT)\n\n> MẬT",
        "<b>T&#7888;I M&#7852;T</b>",
        "---\ntitle: MẬT\n---\n",
        'title: "TUYỆT MẬT"',
    ],
)
def test_a_stamp_of_secrecy_is_an_error(text):
    """Whatever frames it, a stamp standing by itself stops the text (E24)."""
    problems = list(inspect_secrecy(PATH, text))
    assert [(p.code, p.severity) for p in problems] == [("secret-stamp", Severity.ERROR)]


@pytest.mark.parametrize(
    "text",
    [
        "HỘI CHỢ MẬT ONG",
        "MẬT ĐỘ DÂN SỐ",
        "LUẬT BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "Mật ong rừng",
        "HỎA TỐC",
        "# BÍ MẬT",
        "Đổi MẬT KHẨU ngay",
        "| MẬT ĐỘ | 3 |",
    ],
)
def test_words_that_only_look_like_a_stamp_are_left_alone(text):
    """Honey, density and passwords are no secrets, and urgency is none."""
    assert not list(inspect_secrecy(PATH, text))


@pytest.mark.parametrize(
    "text", ["Dấu “TUYỆT MẬT” đóng ở góc trái trang đầu.", "Đây là TÀI LIỆU MẬT của sở", "LƯU HÀNH NỘI BỘ"]
)
def test_a_text_about_secrecy_is_pointed_out(text):
    """A sentence may speak of stamps; a person decides."""
    assert [(p.code, p.severity) for p in inspect_secrecy(PATH, text)] == [("secret-word", Severity.WARNING)]


def test_names_of_files_are_looked_at():
    """A scan is often named after what it is."""
    assert has_secret_name("cong-van-toi-mat.pdf")
    assert has_secret_name("tuyet-mat")
    assert not has_secret_name("mat-ong")
    assert not has_secret_name("ho-mat-troi.png")


# Identity papers.


@pytest.mark.parametrize(
    "text",
    [
        "CCCD số 001099012345",
        "Số định danh cá nhân: 079 199 012 345",
        "Căn cước công dân 001.301.012.345 cấp ngày 1/1/2022",
        "CMND: 012345678",
        "chứng minh nhân dân số 012 345 678 cấp tại Hà Nội",
        "Hộ chiếu số C1234567",
        "| Họ tên | CCCD |\n|---|---|\n" + "| Nguyễn Văn A | |\n" * 40 + "| Trần Thị B | 001199012345 |",
    ],
)
def test_numbers_of_identity_papers_are_errors(text):
    """They are never published, whoever asks for it (H2)."""
    problems = list(inspect_id_numbers(PATH, text))
    assert [(p.code, p.severity) for p in problems] == [("id-number", Severity.ERROR)]
    assert not any(part in str(problems[0].message) for part in ("0990", "345"))


@pytest.mark.parametrize(
    "text",
    [
        "Tài khoản 113000012345 tại kho bạc",
        "Căn cước 003099012345",
        "CCCD 001999012345",
        "Mã 0010990123456",
        "001099******",
        "https://ha.gov.vn/anh/001099012345.jpg",
        "Điện thoại 024 3825 3536 hoặc 0912 345 678",
        "Số 15/2026/QĐ-UBND ngày 01-09-2026",
        "translated_from: 001099012345af802d503e52843146f7080492566f",
        "Chứng minh được 123 456 789 đồng là hợp lệ",
        "2026-10-05T08:30:00+07:00",
    ],
)
def test_other_numbers_are_no_identity_papers(text):
    """Province, century and groups of digits must fit."""
    assert not list(inspect_id_numbers(PATH, text))


def test_a_number_that_nothing_names_is_only_a_warning():
    """A contract's number may have twelve digits too."""
    problems = list(inspect_id_numbers(PATH, "Hợp đồng 001099012345"))
    assert [(p.code, p.severity) for p in problems] == [("maybe-id-number", Severity.WARNING)]


def test_a_build_refuses_what_must_never_be_published(tiny):
    """Stamps and identity numbers stop a build as well as an approval."""
    net = tiny(f"-- {PATH} --\n" + article(1, body="TỐI MẬT\n\nCCCD 001099012345"))
    assert {p.code for p in net.errors()} == {"secret-stamp", "id-number"}


# Contacts.


def test_private_contacts_are_pointed_out_and_official_ones_are_not(tiny):
    """What `sites/` names is official; so are hotlines, landlines and addresses of authorities (D6)."""
    mobile = "Anh Nam: 0912 345 678, nam.nguyen@gmail.com"
    net = tiny(f"-- {PATH} --\n" + article(1, body=mobile))
    assert found(net) == {"personal-phone": Severity.WARNING, "personal-email": Severity.WARNING}
    official = (
        "Đường dây nóng: 0912 345 678. Bộ phận Một cửa: 024 3825 3536, 1900 1234, bientap@ha.gov.vn, a@lim.ha.gov.vn"
    )
    net.put(PATH, article(1, body=official))
    assert not found(net)
    site = net.root / "sites/ha/lim.yaml"
    site.write_text(
        site.read_text("utf-8") + "contact: {phone: '+84 912 345 678', email: Nam.Nguyen@gmail.com}\n", "utf-8"
    )
    net.put(PATH, article(1, body=mobile))
    assert not found(net)


def test_the_demonstration_content_holds_nothing_private(tmp_path):
    """The reviews are quiet over the texts of the repository itself."""
    net = TinyNetwork(REPOSITORY)
    repository = read_repository(REPOSITORY, tmp_path, net.now, Profile.WORK)
    assert review_items(repository, repository.own_items) == []


# Texts of others.


def test_a_text_taken_from_elsewhere_names_its_author_and_their_consent(tiny):
    """Source, author and consent stand in the front matter (D7)."""
    net = tiny(f"-- {PATH} --\n" + article(1, source="{name: Báo Ví dụ, url: 'https://bao.vn/1'}"))
    assert found(net) == {"reuse-author": Severity.WARNING, "reuse-consent": Severity.WARNING}
    net.put(PATH, article(1, source="{name: TTXVN, url: 'https://bao.vn/1', consent: 12/CV-BVD}", author="Lan"))
    assert not found(net)
    net.put(PATH, article(1, source="{name: Sở Ha, url: 'https://so.ha.gov.vn/1'}", author="Lan"))
    assert not found(net)


@pytest.mark.parametrize("last", ["(Theo TTXVN)", "*Nguồn: Báo Hà Nội mới*", "Theo Báo Nhân dân"])
def test_a_credit_in_the_text_belongs_into_the_front_matter(tiny, last):
    """The last line says where the text is from, and nothing else does."""
    net = tiny(f"-- {PATH} --\n" + article(1, body=f"Nội dung.\n\n{last}"))
    assert found(net) == {"reuse-source": Severity.WARNING}


def test_a_sentence_that_begins_alike_is_no_credit(tiny):
    """“Theo Luật Hộ tịch, …” is a sentence."""
    body = "Theo Luật Hộ tịch năm 2014, cha hoặc mẹ đăng ký khai sinh cho con trong sáu mươi ngày kể từ ngày sinh."
    assert not found(tiny(f"-- {PATH} --\n" + article(1, body=body)))


def test_what_may_be_quoted_is_the_packs_business(tiny):
    """One regulation forbids quoting other sources, another lets official ones be quoted (D8)."""
    net = tiny(f"-- {PATH} --\n" + article(1, body="[Báo](https://bao.vn/1) [Chính phủ](https://chinhphu.vn/2)"))
    net.write("-- sites/ha/lim.yaml --\nkind: ward\nname: {vi: Phường Lim}\nshort_name: {vi: Lim}\nlabel: lim\n")
    for file in (REPOSITORY / "workflows/rulepacks").iterdir():
        net.put(f"workflows/rulepacks/{file.name}", file.read_bytes())
    portal = net.root / "sites/ha/portal.yaml"
    text = portal.read_text("utf-8")
    for pack, word in (("hanoi-2025", "forbids"), ("hanoi-cchc-2025", "official")):
        portal.write_text(text.replace("  kind: portal", f"  kind: portal\n  rule_packs: [{pack}]"), "utf-8")
        run = net.congtin("check", "--format", "json")
        told = [p for p in json.loads(run.stdout) if p["code"] == "unofficial-source"]
        assert len(told) == 1, run.stderr
        assert word in told[0]["message"]
        assert "bao.vn" in told[0]["message"]


def test_words_of_pictures_that_say_nothing_are_pointed_out(tiny):
    """The name of a file is no alternative text (L1)."""
    net = tiny(f"-- {PATH} --\n" + article(1, body="![IMG_1234.jpg](bai.files/a.png)\n\n![Chợ nổi](bai.files/a.png)"))
    net.put(f"{NEWS}/bai.files/a.png", png())
    assert found(net) == {"poor-alt": Severity.WARNING}


# Duplicates and the attached result.


def test_a_text_that_is_published_already_is_found(tiny):
    """The same sentences under another title, on another Site (E16)."""
    net = versioned(tiny(f"-- {NEWS}/cho.vi.md --\n" + article(1, "Chợ nổi mở lại", LONG)))
    net.put(f"{LIM}/cho-noi.vi.md", article(2, "Bến sông đã sửa xong", LONG.replace("Sáng nay", "Hôm nay")))
    problems = since(net)["problems"]
    assert [p["code"] for p in problems] == ["duplicate"]
    assert f"{NEWS}/cho.vi.md" in problems[0]["message"]
    assert problems[0]["severity"] == "warning"


@pytest.mark.parametrize("fields", [{"draft": "true"}, {"withdrawn": "{at: 2026-11-01, reason: Sai}"}])
def test_what_nobody_can_read_is_no_duplicate(tiny, fields):
    """Drafts and withdrawn texts do not count."""
    net = versioned(tiny(f"-- {NEWS}/cho.vi.md --\n" + article(1, "Chợ nổi mở lại", LONG, **fields)))
    net.put(f"{LIM}/cho-noi.vi.md", article(2, "Chợ nổi mở lại", LONG))
    assert since(net)["problems"] == []


def test_a_moved_text_is_no_duplicate_of_itself(tiny):
    """An Item keeps its id when it moves."""
    net = versioned(tiny(f"-- {NEWS}/cho.vi.md --\n" + article(1, "Chợ nổi mở lại", LONG)))
    net.remove(f"{NEWS}/cho.vi.md")
    net.put(f"{NEWS}/cho-noi.vi.md", article(1, "Chợ nổi mở lại", LONG, aliases="[/tin-tuc/2026/cho/]"))
    assert since(net)["problems"] == []


def test_the_result_can_be_attached_to_a_change(tiny):
    """Problems of the Change alone, and where Items appear, vanish or change (E25)."""
    original = article(1, crosspost="[ha/lim]")
    net = versioned(
        tiny(
            f"-- {NEWS}/cu.vi.md --\n" + article(9, body="Gọi 0912 345 678 [x](item:khong-co-dau)"),
            f"-- {NEWS}/bai.vi.md --\n" + original,
            f"-- {NEWS}/bai.en.md --\n" + translation(original),
        )
    )
    base = net.git("rev-parse", "HEAD").strip()
    net.put(PATH, article(1, "Tên mới", crosspost="[ha/lim]"))
    net.put(f"{LIM}/moi.vi.md", article(2, date="2026-12-01"))
    data = since(net)
    assert data["format"] == 1
    assert data["base"] == base
    assert data["counts"] == {"error": 0, "warning": 1, "notice": 0}
    assert [p["code"] for p in data["problems"]] == ["stale-translation"]
    told = [(p["site"], p["change"], p["via"], p["section"], p["new_item"]) for p in data["placements"]]
    assert told == [
        ("ha/lim", "altered", "rule", "tin-thanh-pho", False),
        ("ha/portal", "altered", "home", "tin-tuc", False),
        ("ha/lim", "gained", "home", "tin-tuc", True),
    ]


def test_what_others_brought_to_the_base_meanwhile_is_not_ours(tiny):
    """A branch is compared with where it left its base."""
    net = versioned(tiny(f"-- {PATH} --\n" + article(1)))
    net.git("checkout", "-qb", "change")
    net.put(f"{LIM}/moi.vi.md", article(2))
    net.git("add", "-A")
    net.git("commit", "-qm", "ours")
    net.git("checkout", "-q", "main")
    net.put(f"{NEWS}/khac.vi.md", article(3))
    net.git("add", "-A")
    net.git("commit", "-qm", "theirs")
    net.git("checkout", "-q", "change")
    data = since(net)
    assert data["problems"] == []
    assert [p["site"] for p in data["placements"]] == ["ha/lim"]


def test_no_revision_and_no_repository_are_told(tiny):
    """Bad input ends in a sentence."""
    net = tiny(f"-- {PATH} --\n" + article(1))
    run = net.congtin("check", "--base", "main")
    assert run.returncode == 2
    assert "is not a Git repository" in run.stderr
    versioned(net)
    run = net.congtin("check", "--base", "--khong")
    assert run.returncode == 2
    assert "There is no revision “--khong”" in run.stderr
