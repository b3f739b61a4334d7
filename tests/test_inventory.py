"""`congtin inventory`: whoever inspects the system gets all of it, and no secret (K11, K2, K3, J7)."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
from datetime import date, timedelta

import pytest
from archives import House
from click.testing import CliRunner
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from desks import clock
from network import NOON, REPOSITORY, TinyNetwork

from congtin.cli.context import Context
from congtin.cli.inventory import inventory_command
from congtin.network.load import load_network
from congtin.release.controls import Controls, load_controls
from congtin.release.inventory.configuration import MASK, masked
from congtin.release.inventory.packages import pins_of
from congtin.release.inventory.sites import facts_of, gaps
from congtin.release.procedures import read_procedures
from congtin.release.settings import Settings


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """One machine for all tests that only read."""
    house = House.create(tmp_path_factory.mktemp("house"))
    house.publish()
    (house.home / "hosting/nginx").mkdir(parents=True)
    (house.home / "hosting/nginx/congtin.conf").write_text("server {}\n")
    yield house
    house.desk.close()


@pytest.fixture(scope="module")
def inventory(house):
    """Write the inventory of the machine."""
    folder = house.folder / "inventory"
    said = house.run(inventory_command, "--to", str(folder))
    assert said.status == 0, said.text
    assert "holds 7 files about 3 Sites." in said.text
    assert "3 of 3 live Sites: no security level (K2)" in said.text
    assert "0 of 3 live Sites: the yearly assessment is overdue (K3)" in said.text
    return folder


def read(folder, name):
    return json.loads((folder / name).read_bytes())


def test_every_file_has_its_digest(inventory):
    """What is handed over can be checked by the one who gets it."""
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=inventory, capture_output=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stdout
    names = {file.name for file in inventory.iterdir()} - {"SHA256SUMS"}
    assert names == {line.split("  ")[1] for line in (inventory / "SHA256SUMS").read_text().splitlines()}


@pytest.mark.parametrize("name", ["sbom.cdx.json", "sbom-tests.cdx.json"])
def test_the_bills_of_materials_are_valid(inventory, name):
    """CycloneDX's own schema judges them."""
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str((inventory / name).read_text("utf-8")) is None


def test_the_software_is_named_with_version_hashes_and_licence(inventory):
    """As the lock file has it; programs that are called stand there too, tests' packages apart."""
    components = {c["name"]: c for c in read(inventory, "sbom.cdx.json")["components"]}
    pelican = components["pelican"]
    pin = pins_of((REPOSITORY / "requirements/runtime.txt").read_text("utf-8"))["pelican"]
    assert pelican["version"] == pin.version
    assert {h["content"] for h in pelican["hashes"]} == set(pin.hashes) != set()
    assert pelican["licenses"]
    assert pelican["scope"] == "required"
    assert components["pytest"]["scope"] == "excluded"
    assert {"git", "openssh"} <= components.keys()
    assert (
        components["git"]["version"]
        in subprocess.run(["git", "--version"], capture_output=True, text=True, check=True, timeout=30).stdout
    )
    tools = {c["name"] for c in read(inventory, "sbom-tests.cdx.json")["components"]}
    assert {"axe-core", "commonmark-spec", "lighthouse", "vnu-jar"} <= tools
    locked = json.loads((REPOSITORY / "package-lock.json").read_bytes())["packages"]
    assert tools == {path.rpartition("node_modules/")[2] for path in locked if path}


def test_what_depends_on_what_is_told(inventory):
    """An inspector who reads of a hole in one package finds what stands on it."""
    tree = {d["ref"]: d.get("dependsOn", []) for d in read(inventory, "sbom.cdx.json")["dependencies"]}
    pelican = next(ref for ref in tree if ref.startswith("pkg:pypi/pelican@"))
    assert any(ref.startswith("pkg:pypi/jinja2@") for ref in tree[pelican])
    assert any(ref.startswith("pkg:pypi/pelican@") for ref in tree["congtin"])


def test_every_site_and_host_stands_there_with_what_it_lacks(house, inventory):
    """Also for a spreadsheet; nothing is made up for what is not known."""
    sites = read(inventory, "sites.json")
    assert sites["commit"] == house.desk.ref()
    assert sites["missing"]["level"] == 3
    assert sites["missing"]["contact"] == 2
    with (inventory / "sites.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["site"]: row for row in csv.DictReader(stream)}
    assert rows["ha/portal"]["editions"] == "https://ha.gov.vn/ https://ha.gov.vn/english/"
    assert rows["ha/portal"]["email"] == "bientap@ha.gov.vn"
    assert rows["ha/lim"]["security_level"] == ""
    with (inventory / "hosts.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["host"] for row in csv.DictReader(stream)] == ["lim.ha.gov.vn", "mai.ha.gov.vn", *["ha.gov.vn"] * 2]


def test_heads_rules_and_releases_are_told(house, inventory):
    """With them an inspector sees whether two exports are of the same system."""
    configuration = read(inventory, "configuration.json")
    machine = configuration["machine"]
    assert machine["heads"]["refs/heads/main"] == house.desk.ref()
    assert machine["live"] == 1
    assert machine["web_server_sha256"] == {"nginx/congtin.conf": hashlib.sha256(b"server {}\n").hexdigest()}
    assert machine["releases"][0]["commit"] == house.desk.ref()
    assert machine["service_keys"][0]["fingerprint"] == house.desk.village.fingerprint("service")
    packs = {pack["id"] for pack in configuration["rules"]["rule_packs"]}
    assert packs == {file.stem for file in (REPOSITORY / "workflows/rulepacks").glob("*.yaml")}


def test_no_path_key_or_person_is_in_it(house, inventory):
    """Settings are shown without what could lead somebody to a secret (E7)."""
    roster = house.desk.village.load()
    words = [str(house.folder), *roster.people, *(person.name for person in roster.people.values())]
    for file in inventory.iterdir():
        text = file.read_text("utf-8")
        assert not [word for word in words if word in text], file.name
    settings = read(inventory, "configuration.json")["machine"]["settings"]
    assert settings["content"] == MASK
    assert settings["profile"] == "work"
    assert settings["retention"] == {"releases": 10, "days": 7}


def every_text(data):
    """Yield every text among settings that are shown."""
    if isinstance(data, dict):
        for value in data.values():
            yield from every_text(value)
    elif isinstance(data, list):
        for value in data:
            yield from every_text(value)
    elif isinstance(data, str):
        yield data


def test_a_field_of_the_settings_is_hidden_unless_it_is_a_choice():
    """Whatever somebody adds to the settings later: a text of one's own does not come out."""
    secret = "hidden-word"
    shown = masked(Settings(content=secret))
    assert secret not in json.dumps(shown)
    assert {*every_text(shown)} <= {MASK, "release", "work", *every_text(masked(Settings(content="x")))}


def test_a_repository_without_a_machine_can_be_described(tmp_path):
    """Where nothing is published yet there are Sites, rules and software."""
    network = TinyNetwork.create(tmp_path / "network")
    for file in (REPOSITORY / "workflows/rulepacks").glob("*.yaml"):
        network.put(f"workflows/rulepacks/{file.name}", file.read_bytes())
    runner = CliRunner(env={"CONGTIN_HOME": "", "CONGTIN_LANG": "vi"})
    done = runner.invoke(inventory_command, ["--to", str(tmp_path / "inventory")], obj=Context(network.root, NOON))
    assert done.exit_code == 0, done.output
    assert read(tmp_path / "inventory", "sites.json")["commit"] is None
    assert "machine" not in read(tmp_path / "inventory", "configuration.json")


def test_a_folder_with_something_in_it_is_left_alone(house, inventory):
    """An export never mixes with an older one."""
    before = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in inventory.iterdir()}
    said = house.run(inventory_command, "--to", str(inventory))
    assert said.status == 2
    assert "is not empty" in said.text
    assert before == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in inventory.iterdir()}


# --- levels ------------------------------------------------------------------------------------

LEVELS = """\
-- sites/ha/lim.yaml --
kind: ward
name: {vi: Phường Lim}
short_name: {vi: Lim}
label: lim
security_level: {level: 3, decision: 99001/QĐ-TD, assessed: 2025-11-22}
-- sites/ha/mai.yaml --
kind: commune
name: {vi: Xã Mai}
short_name: {vi: Mai}
label: mai
security_level: {level: 2, decision: 99001/QĐ-TD, assessed: 2025-11-21}
"""


def test_levels_and_assessments_are_judged_on_their_day(tmp_path):
    """A level below the required one, a year that is over: the day itself still counts (K1–K3)."""
    network = TinyNetwork.create(tmp_path / "network", LEVELS)
    rules = Controls.model_validate({"required_levels": [{"portal": "ha", "level": 3, "source": "Thử (trình diễn)"}]})
    facts = {f.site.id: f for f in facts_of(load_network(network.root), rules, date(2026, 11, 22))}
    assert not {*facts["ha/lim"].missing} & {
        "level",
        "level-too-low",
        "level-decision",
        "assessment",
        "assessment-overdue",
    }
    assert {"level-too-low", "assessment-overdue"} <= {*facts["ha/mai"].missing}
    assert facts["ha/mai"].data["required_by"] == "Thử (trình diễn)"
    later = {f.site.id: f for f in facts_of(load_network(network.root), rules, date(2026, 11, 23))}
    assert "assessment-overdue" in later["ha/lim"].missing


def test_the_real_network_is_counted():
    """Hà Nội's portal and all of Hưng Yên need level 3, by their regulations; what is not known is counted."""
    network = load_network(REPOSITORY)
    controls = load_controls(Tree())
    facts = facts_of(network, controls, NOON.date())
    required = {f.site.id for f in facts if f.data["required_level"] == 3}
    assert required == {"hanoi/portal", *(site.id for site in network.sites_of("hungyen"))}
    assert "level-too-low" not in {code for f in facts for code in f.missing}
    assert gaps(facts)["level"] > 0


# --- procedures (J7) ---------------------------------------------------------------------------


class Tree:
    """The files of this repository."""

    def read(self, path):
        file = REPOSITORY / path
        return file.read_bytes() if file.is_file() else None

    def paths(self, below):
        return [file.relative_to(REPOSITORY).as_posix() for file in (REPOSITORY / below).rglob("*") if file.is_file()]


def test_the_three_procedures_are_there_and_dated():
    """Information security, operation, backup and recovery: each with version, date and next review (J7)."""
    controls = load_controls(Tree())
    assert len(controls.procedures) == 3
    found = read_procedures(Tree(), controls.procedures, NOON.date())
    assert set(found.found) == set(controls.procedures)
    for procedure in found.found.values():
        assert procedure.version
        assert procedure.date < procedure.review_by <= procedure.date + timedelta(days=366)
        assert not procedure.issued, "no authority has issued our templates"
    assert {problem.code for problem in found.problems} == {"procedure-not-issued"}


def test_an_overdue_procedure_is_named(house):
    """A day after the day of its review it is on the list."""
    path = "docs/procedures/van-hanh.md"
    text = "---\ntitle: Vận hành\nversion: '1'\ndate: 2026-01-01\nreview_by: {}\n---\n"
    today = clock().date()
    files = {path: text.format(today).encode(), "b.md": b"no front matter", "c.md": b"---\ntitle: X\n---\n"}
    reader = type("Files", (), {"read": lambda _, name: files.get(name)})()
    codes = lambda day: [p.code for p in read_procedures(reader, [path], day).problems]  # noqa: E731
    assert codes(today) == ["procedure-not-issued"]
    assert codes(today + timedelta(days=1)) == ["procedure-overdue", "procedure-not-issued"]
    assert [p.code for p in read_procedures(reader, ["a.md", "b.md"], today).problems] == [
        "no-procedure",
        "bad-procedure",
    ]
    missing = read_procedures(reader, ["c.md"], today).problems
    assert {p.code for p in missing} == {"missing-field"}
