"""The measuring code and the trust label: on every page of a Site that has them, and missed elsewhere (N1, K4)."""

from __future__ import annotations

import base64
import hashlib
import json

import lxml.html
import pytest
from browsers import CHROMIUM
from network import TinyNetwork, article
from nginxes import PublishedEdition, WebHouse
from playwright.sync_api import Route, sync_playwright

from congtin.errors import ProblemsFound, Severity
from congtin.model import Profile
from congtin.network.load import load_network
from congtin.validation import parse_time

EMC = "https://f-emc.ngsp.gov.vn"
LABEL = "https://tinnhiemmang.vn/danh-ba-tin-nhiem/"
IDS = 'emc_site_id: "{id}"\ntrust_label: {{domain: {host}, slug: {slug}}}\n'
EXCEPTION = 'emc_exception: {reason: "Chờ cấp mã.", until: 2027-03-31}\n'


@pytest.fixture
def network(tiny) -> TinyNetwork:
    """Return a network whose portal and one ward have their ids, and whose commune has an exception."""
    network = tiny("-- content/ha/lim/tin-tuc/2026/a.vi.md --\n" + article(1))
    add(network, "lim", IDS.format(id=33, host="lim.ha.gov.vn", slug="phuong-lim"))
    add(network, "mai", EXCEPTION)
    portal = network.root / "sites/ha/portal.yaml"
    ids = IDS.format(id=205, host="ha.gov.vn", slug="ha").replace("trust", "  trust")
    portal.write_text(portal.read_text().replace("site:\n", f"site:\n  {ids}"))
    return network


def add(network: TinyNetwork, site: str, text: str) -> None:
    file = network.root / f"sites/ha/{site}.yaml"
    file.write_text(file.read_text() + text)


def codes(network: TinyNetwork) -> set[tuple[str, str]]:
    return {(problem.code, problem.path) for problem in network.problems(Profile.RELEASE)}


def test_every_page_of_a_measured_site_has_the_code_and_no_other_page(network):
    network.build(profile=Profile.RELEASE)
    files = network.files()
    script = files[next(name for name in files if name.startswith("lim.ha.gov.vn/theme/emc."))]
    digest = "sha384-" + base64.b64encode(hashlib.sha384(script).digest()).decode()
    for word in (
        b"_govaq",
        b'"trackPageView"',
        b'"enableLinkTracking"',
        b'"setTrackerUrl"',
        b'"setSiteId"',
        b"gov-tracking.min.js",
    ):
        assert word in script
    pages = {name: data.decode() for name, data in files.items() if name.endswith(".html")}
    assert any("/tin-tuc/2026/a/" in name for name in pages)
    for name, page in pages.items():
        number = {"ha.gov.vn": "205", "lim.ha.gov.vn": "33"}.get(name.partition("/")[0])
        if number is None:
            assert "/theme/emc." not in page and LABEL not in page, name
        else:
            assert page.count("data-site=") == 1, name
            assert f'integrity="{digest}" data-site="{number}" defer></script>' in page
            assert page.count(LABEL) == 1
        # Nothing is asked of another host before the script runs.
        assert 'src="http' not in page and '<link rel="stylesheet" href="http' not in page


def test_browsers_compare_every_style_sheet_and_script_before_they_use_it(network):
    network.build(profile=Profile.RELEASE)
    files = network.files()
    compared = 0
    for name, data in files.items():
        if name.endswith(".html"):
            for part in lxml.html.fromstring(data).xpath("//link[@rel='stylesheet'] | //script[@src]"):
                file = name.partition("/")[0] + (part.get("href") or part.get("src"))
                digest = base64.b64encode(hashlib.sha384(files[file]).digest()).decode()
                assert part.get("integrity") == f"sha384-{digest}", name
                compared += 1
    assert compared > len([name for name in files if name.endswith("index.html")]), "each page has its style sheet"


def test_who_only_tries_something_out_is_not_counted(network):
    network.build(profile=Profile.WORK)
    assert not [name for name, data in network.files().items() if b"/theme/emc." in data]


def test_a_release_needs_the_ids_or_an_exception_that_holds(network):
    assert codes(network) == set()
    add(network, "lim", "")
    file = network.root / "sites/ha/lim.yaml"
    file.write_text(file.read_text().replace("slug: phuong-lim", "slug: null"))
    assert codes(network) == {("no-trust-label", "sites/ha/lim.yaml")}
    hints = [str(problem.hint) for problem in network.problems(Profile.RELEASE)]
    assert "emc_exception: {reason: …, until: " in hints[0]
    assert network.problems(Profile.WORK) == []


def test_an_exception_ends_with_its_day_in_vietnam(network):
    network.now = parse_time("2027-03-31T23:59:59+07:00")
    network.build(profile=Profile.RELEASE)
    network.now = parse_time("2027-03-31T17:00:00+00:00")
    # Nothing was edited: the clock alone ends it.
    with pytest.raises(ProblemsFound) as error:
        network.build(profile=Profile.RELEASE)
    assert {problem.code for problem in error.value.errors} == {"emc-exception-over", "no-emc", "no-trust-label"}
    assert "2027-03-31" in str(error.value)
    network.build(profile=Profile.WORK)


def test_somebody_is_told_sixty_days_before_an_exception_ends(network):
    """When it ends, one Site keeps back the publications of all."""
    network.now = parse_time("2027-01-30T16:59:59+00:00")
    assert network.build(profile=Profile.RELEASE).problems == []
    network.now = parse_time("2027-01-30T17:00:00+00:00")
    (told,) = network.build(profile=Profile.RELEASE).problems
    assert (told.code, told.path, told.severity) == ("emc-exception-ends-soon", "sites/ha/mai.yaml", Severity.WARNING)
    assert "2027-03-31" in str(told.message)


@pytest.mark.parametrize(
    "wrong",
    [
        'emc_exception: {reason: "", until: 2026-11-30}\n',
        "emc_exception: {reason: chờ}\n",
        "emc_exception: {until: 2026-11-30}\n",
        "emc_exception: {reason: chờ, until: soon}\n",
        "emc_exception: true\n",
    ],
)
def test_an_exception_says_why_and_how_long(network, wrong):
    file = network.root / "sites/ha/mai.yaml"
    file.write_text(file.read_text().replace(EXCEPTION, wrong))
    assert {path for _, path in codes(network)} == {"sites/ha/mai.yaml"}


def test_coverage_names_each_site_without(network):
    rows = {row["field"]: row for row in json.loads(network.congtin("site", "coverage", "--format", "json").stdout)}
    for field in ("emc_site_id", "trust_label"):
        assert (rows[field]["missing"], rows[field]["excepted"]) == (["ha/mai"], ["ha/mai"])
    assert rows["contact.phone"]["missing"] == []
    shown = network.congtin("site", "coverage").stdout
    assert "ha/mai" in shown and "until 2027-03-31: Chờ cấp mã." in shown and "ha/lim" not in shown


@pytest.mark.browser
def test_a_page_is_whole_when_the_measuring_system_is_blocked(network, tmp_path):
    network.build(profile=Profile.RELEASE)
    editions = [
        PublishedEdition(
            site=site.id,
            lang=edition.lang,
            host=edition.host,
            prefix=edition.prefix,
            kind=site.kind.value,
            status="live",
            emc_site_id=site.options.emc_site_id,
        )
        for site in load_network(network.root).sites.values()
        for edition in site.editions
    ]
    house = WebHouse.create(tmp_path / "house")
    house.switch(house.release({n: d for n, d in network.files().items() if not n.startswith(".staging")}, editions))
    said: list[str] = []

    def measuring(route: Route) -> None:
        route.fulfill(body="window.measured = window._govaq.map(String);", content_type="text/javascript")

    with house.serve() as server, sync_playwright() as playwright:
        rules = f"MAP * 127.0.0.1:{server.port}"
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", f"--host-resolver-rules={rules}"]
        )
        try:
            page = browser.new_context(ignore_https_errors=True).new_page()
            page.on("console", lambda message: said.append(message.text))
            page.goto("https://lim.ha.gov.vn/tin-tuc/2026/a/", wait_until="networkidle")
            assert page.inner_text("h1") == "Tiêu đề" and page.locator("footer a").count() > 3
            assert page.evaluate("getComputedStyle(document.querySelector('.skip')).position") == "absolute"
            assert page.evaluate("window._govaq.length") == 4  # our script ran: its digest is right
            # The one thing that failed is the foreign script, and not for our own policy.
            assert said and all("Failed to load resource" in text for text in said)
            said.clear()
            page.route(f"{EMC}/**", measuring)
            page.goto("https://lim.ha.gov.vn/", wait_until="networkidle")
            wanted = ["trackPageView", "enableLinkTracking", f"setTrackerUrl,{EMC}/tracking", "setSiteId,33"]
            assert page.evaluate("window.measured") == wanted
            page.goto("https://mai.ha.gov.vn/", wait_until="networkidle")
            assert page.evaluate("typeof window._govaq") == "undefined"
            assert said == []
        finally:
            browser.close()
