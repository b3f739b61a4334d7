"""A city for stories about Changes: Sites under several regulations, with texts that are published already."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result
from desks import TinyDesk
from network import article, document, translation

from congtin.cli.main import main
from congtin.editorial.verdict import Verdict

LIM, MAI, SON, VAN = (f"content/ha/{site}/tin-tuc/2026" for site in ("lim", "mai", "son", "van"))
PORTAL = "content/ha/portal/tin-tuc/2026"
DOCUMENTS = "content/ha/portal/van-ban/2026"
BRIDGE = article(900, "Cầu mới", body="Cầu đã thông xe.", crosspost="[ha/portal]")

# Lim is under the regulation of Hà Nội, Mai under that and the reform Site's, Son asks for steps, Van's Board is one
# person.
CITY = f"""\
-- sites/ha/lim.yaml --
kind: ward
name: {{vi: Phường Lim, en: Lim Ward}}
short_name: {{vi: Lim, en: Lim}}
label: lim
languages: [vi, en]
rule_packs: [hanoi-2025]
-- sites/ha/mai.yaml --
kind: commune
name: {{vi: Xã Mai}}
short_name: {{vi: Mai}}
label: mai
rule_packs: [hanoi-2025, hanoi-cchc-2025]
-- sites/ha/son.yaml --
kind: ward
name: {{vi: Phường Son}}
short_name: {{vi: Son}}
label: son
rule_packs: [buoc-2026]
-- sites/ha/van.yaml --
kind: commune
name: {{vi: Xã Van}}
short_name: {{vi: Van}}
label: van
rule_packs: [hanoi-2025]
-- workflows/rulepacks/buoc-2026.yaml --
id: buoc-2026
title: {{vi: Quy chế theo bước}}
cite_as: Quy chế theo bước
regulation: buoc
number: null
issued: null
issuer: UBND
valid_from: null
valid_to: null
specificity: 10
status: verified
approvals:
  - kinds: [article]
    roles: [member, deputy, head]
    steps:
      - {{id: doc-duyet, label: {{vi: Đọc duyệt}}, roles: [member]}}
      - {{id: lanh-dao, label: {{vi: Lãnh đạo duyệt}}, roles: [deputy, head]}}
    source: Điều 1
-- {LIM}/cau.vi.md --
{BRIDGE}-- {LIM}/cau.en.md --
{translation(BRIDGE, "New bridge", "The bridge is open.")}-- {LIM}/le-hoi.vi.md --
{article(901, "Lễ hội", body="Lễ hội xuân.")}-- {LIM}/cho.vi.md --
{article(902, "Chợ", body="Chợ họp sớm.")}-- {LIM}/dem-nhac.vi.md --
{article(903, "Đêm nhạc", body="Đêm nhạc ở quảng trường.")}-- {MAI}/lua.vi.md --
{article(904, "Lúa", body="Lúa chín.")}-- {PORTAL}/tin.vi.md --
{article(905, "Tin của Cổng", body="Tin chung.")}-- {DOCUMENTS}/qd.vi.md --
{document(906, attachments="[{file: qd.files/mau.csv, title: Biểu mẫu}]")}-- {DOCUMENTS}/qd.files/mau.csv --
Họ tên,Địa chỉ
"""


def make_city(folder: Path, *texts: str) -> TinyDesk:
    """Return a desk with the city, a Board for each of its Sites, and a published text for every story."""
    desk = TinyDesk.create(folder, CITY, *texts)
    village = desk.village
    people = {f"people/{p}.yaml": village.person(p) for p in (*village.board_people("son"), "van-head", "van-editor")}
    van = [village.member("van-head", "head"), village.member("van-editor", "editor")]
    excuse = {"decision": "99002/QĐ-TD", "until": "2099-12-31"}
    boards = {
        "boards/ha/son.yaml": village.board("son"),
        "boards/ha/van.yaml": village.board("van", members=van, composition_exception=excuse),
    }
    village.commit(people | boards)
    return desk


def say(root: object, *words: str, lang: str = "en", status: int = 0) -> str:
    """Type a command; return what is printed, both ways. It must end with the status."""
    environment = {"CONGTIN_LANG": lang, "COLUMNS": "200", "GIT_CONFIG_GLOBAL": "/dev/null"}
    result: Result = CliRunner().invoke(main, ["--root", str(root), *words], env=environment)
    assert result.exit_code == status, (words, result.output, result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.output


def missing(verdict: Verdict) -> dict[str, int]:
    """Return how many Approvals each Board still owes."""
    found: dict[str, int] = {}
    for state in verdict.missing:
        found[state.need.body] = max(found.get(state.need.body, 0), state.missing)
    return found


def asked(verdict: Verdict) -> set[str]:
    return {state.need.body for state in verdict.needs}


def codes(verdict: Verdict) -> list[str]:
    return [problem.code for problem in verdict.errors]


def merged(desk: TinyDesk, change: str, *approvers: str) -> None:
    """Let people approve a Change and publish it."""
    for person in approvers:
        desk.work(person).approve(change)
    desk.work(approvers[0]).merge(change)
