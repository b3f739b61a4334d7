"""Pictures beside texts: what citizens are given of them, what they are not told, and what making them costs."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import threading
import zlib
from contextlib import closing

import pytest
from browsers import CHROMIUM, FLAGS
from drawn import GPS_PLACE, from_a_phone, jpeg, moving, photograph, png
from network import NOON, TinyNetwork, article
from PIL import Image
from playwright.sync_api import sync_playwright

from congtin.build.request import BuildRequest
from congtin.build.verify import verify
from congtin.catalogue.store import CatalogueStore
from congtin.errors import BuildError, Severity
from congtin.release.local_server import Hosts, LocalServer

NEWS = "content/ha/portal/tin-tuc/2026"
LEAD = {"image": "cho.files/cho.jpg", "image_alt": "Chợ hoa"}
PAGE = "ha.gov.vn/tin-tuc/2026/cho"
COPY = "lim.ha.gov.vn/tin-thanh-pho/2026/cho"


def with_picture(tiny, data: bytes, name: str = "cho.jpg", **fields: object) -> TinyNetwork:
    """Return a network whose portal leads an article with this picture and offers it to all."""
    front = {**LEAD, "image": f"cho.files/{name}", "crosspost": "[ha/lim, ha/mai]", **fields}
    net: TinyNetwork = tiny(f"-- {NEWS}/cho.vi.md --\n" + article(1, "Chợ hoa", **front))
    net.put(f"{NEWS}/cho.files/{name}", data)
    return net


def published(net: TinyNetwork, folder: str = PAGE) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (net.output / folder).iterdir() if file.name != "index.html"}


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def found(net: TinyNetwork) -> list[tuple[str, str]]:
    return [(problem.code, problem.path.rpartition("/")[2]) for problem in net.errors()]


def test_nobody_learns_from_a_picture_where_and_by_whom_it_was_taken(tiny):
    """A photograph from a telephone is published upright in every size, and in none is anything but the picture."""
    net = with_picture(tiny, from_a_phone())
    net.build()
    files = published(net)
    assert {re.sub("-[0-9a-f]{10}-", "-", name) for name in files} == {
        "cho.jpg", "cho-480.avif", "cho-960.avif", "cho-1200.avif", "cho-960.jpg",
    }  # fmt: skip
    for name, data in files.items():
        picture = opened(data)
        assert picture.height > picture.width, name
        assert not picture.getexif() and not {"exif", "xmp", "comment"} & picture.info.keys(), name
        for told in (b"Exif", b"GPS", b"xmpmeta", b"Somebody", b"at home", GPS_PLACE.encode(), b"TRAILER"):
            assert told not in data, (name, told)
    assert opened(files["cho.jpg"]).size == (1200, 2000)


def test_a_page_offers_sizes_keeps_room_and_asks_for_the_first_picture_soon(tiny):
    """Width and height are those of the picture; the lead picture comes first, those of lists when they are seen."""
    net = with_picture(tiny, jpeg(photograph(2000, 1000)))
    net.build()
    (lead,) = net.page(PAGE).xpath("//figure/picture")
    (source,), (image,) = lead.xpath(".//source"), lead.xpath(".//img")
    assert source.get("type") == "image/avif"
    offered = dict(reversed(each.split()) for each in source.get("srcset").split(", "))
    assert list(offered) == ["480w", "960w", "1600w"]
    for width, address in offered.items():
        data = (net.output / "ha.gov.vn" / address.lstrip("/")).read_bytes()
        assert opened(data).size == (int(width[:-1]), int(width[:-1]) // 2)
    assert (image.get("width"), image.get("height"), image.get("alt")) == ("1600", "800", "Chợ hoa")
    assert (image.get("fetchpriority"), image.get("loading")) == ("high", None)
    assert opened((net.output / "ha.gov.vn" / image.get("src").lstrip("/")).read_bytes()).size == (960, 480)
    (card,) = net.page("ha.gov.vn/tin-tuc").xpath("//li/picture//img")
    assert (card.get("width"), card.get("height"), card.get("loading"), card.get("alt")) == ("1600", "800", "lazy", "")


def test_a_small_drawing_is_never_made_larger_and_loses_no_line(tiny):
    """What was drawn stays sharp: WebP without loss, beside the drawing itself."""
    net = with_picture(tiny, png(7, 300, 200), "cho.png")
    net.build()
    files = published(net)
    (small,) = (data for name, data in files.items() if name.endswith(".webp"))
    assert opened(small).size == opened(files["cho.png"]).size == (300, 200)
    assert opened(small).convert("RGB").tobytes() == opened(png(7, 300, 200)).tobytes()
    assert net.page(PAGE).xpath("//figure//img/@src") == ["/tin-tuc/2026/cho/cho.png"]


def test_copies_show_the_same_pictures_and_none_is_made_twice(tiny):
    """Three Sites, one picture: it is made once, and the second build makes and writes nothing."""
    net = with_picture(tiny, jpeg(photograph()))
    net.build()
    assert published(net) == published(net, COPY)
    kept = sorted((net.root / ".congtin" / "pictures").glob("*/*"))
    times = [file.stat().st_mtime_ns for file in kept]
    assert {file.read_bytes() for file in kept} == set(published(net).values())
    shutil.rmtree(net.output)
    assert net.build().changed
    assert [file.stat().st_mtime_ns for file in kept] == times
    assert net.build().changed == 0


def test_another_picture_under_the_same_name_reaches_pages_lists_and_copies(tiny):
    """What was made of the old one is gone from the store and from the pages; a build from nothing is the same."""
    net = with_picture(tiny, jpeg(photograph(600, 400)))
    net.build()
    before = published(net)
    net.put(f"{NEWS}/cho.files/cho.jpg", jpeg(photograph(700, 300, mark=99)))
    net.build()
    after = published(net, COPY)
    assert not before.keys() & after.keys() - {"cho.jpg"}
    for page in (PAGE, COPY, "ha.gov.vn/tin-tuc", "lim.ha.gov.vn/tin-thanh-pho"):
        assert net.page(page).xpath("//main//picture//img/@width") == ["700"], page
    assert {file.read_bytes() for file in (net.root / ".congtin" / "pictures").glob("*/*")} == set(after.values())
    assert verify(BuildRequest(net.root, net.output, net.root / ".congtin", NOON, workers=1), 4)


def test_what_somebody_altered_in_the_store_reaches_no_page(tiny):
    """Every picture is held against its digest on its way out; an altered or lost one is made anew."""
    net = with_picture(tiny, jpeg(photograph(600, 400)))
    net.build()
    first = published(net)
    altered, lost, *_ = sorted((net.root / ".congtin" / "pictures").glob("*/*"))
    altered.write_bytes(b"something else")
    lost.unlink()
    shutil.rmtree(net.output)
    net.build()
    assert published(net) == first
    with closing(CatalogueStore(net.root / ".congtin")) as store, store.db:
        store.db.execute("UPDATE picture SET digest = ?", ("0" * 64,))
    shutil.rmtree(net.output)
    with pytest.raises(BuildError, match="not what was made before"):
        net.build()


BROKEN = {
    "a-page": (b"<!DOCTYPE html><p>Not found", "media-type"),
    "cut-off": (jpeg(photograph(400, 300))[:3000], "picture-unreadable"),
    "another-format": (png(), "media-type"),
    "begins-well": (b"\xff\xd8\xff" + b"0" * 100, "picture-unreadable"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_picture_is_told_of_before_anything_is_built(tiny, name):
    """The file is named, and what to do."""
    data, code = BROKEN[name]
    net = with_picture(tiny, data)
    assert found(net) == [(code, "cho.jpg")]
    run = net.congtin("build", lang="vi")
    assert run.returncode == 1 and "cho.jpg" in run.stderr + run.stdout and not net.output.exists()


@pytest.mark.parametrize("size", [(20_000, 10), (9_000, 9_000), (60_000, 60_000)])
def test_a_picture_that_would_fill_the_memory_is_refused_unread(tiny, size):
    """A few bytes can claim to be billions of pixels."""
    header = bytearray(png())
    header[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    header[29:33] = zlib.crc32(bytes(header[12:29])).to_bytes(4, "big")
    net = with_picture(tiny, bytes(header), "cho.png")
    (problem,) = net.errors()
    assert problem.code == "picture-too-large" and f"{size[0]}" in str(problem.message)


def test_what_moves_stands_still_on_pages(tiny):
    """Nobody is made to look at something that moves and cannot be stopped; the file itself is left (WCAG 2.2.2)."""
    net = with_picture(tiny, moving(), "cho.gif")
    assert [(p.code, p.severity) for p in net.problems() if p.path.endswith(".gif")] == [
        ("picture-moves", Severity.WARNING)
    ]
    net.build()
    files = published(net)
    assert opened(files["cho.gif"]).n_frames == 3 and b"at home" not in files["cho.gif"]
    assert {getattr(opened(data), "n_frames", 1) for name, data in files.items() if name != "cho.gif"} == {1}
    (shown,) = net.page(PAGE).xpath("//figure//img/@src")
    assert shown.endswith(".png")


def test_a_build_without_pictures_never_loads_what_reads_them(tiny):
    """What decodes, encodes and converts colours takes longer to load than a small rebuild."""
    net = tiny(f"-- {NEWS}/cho.vi.md --\n" + article(1))
    code = (
        "import sys, congtin.cli.main as m\n"
        f"sys.argv[1:] = ['--root', {str(net.root)!r}, 'build', '--workers', '1']\n"
        "try:\n    m.main()\nfinally:\n    print('congtin.media.pictures' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert run.stdout.endswith("False\n"), run.stderr


def test_pictures_in_a_text_come_in_all_sizes_too(tiny):
    """With their words, their caption, their language; narrower where the text asks for that."""
    body = (
        '![Cầu <"cũ">](cho.files/cho.jpg "Cầu, nhìn từ bờ")\n\n'
        'Nhỏ: <img src="cho.files/cho.jpg" alt="Chợ" lang="vi" id="nho" width="120" height="9">\n\n'
        "[Xem cả ảnh](cho.files/cho.jpg)"
    )
    net = tiny(f"-- {NEWS}/cho.vi.md --\n" + article(1, body=body, crosspost="[ha/lim]"))
    net.put(f"{NEWS}/cho.files/cho.jpg", jpeg(photograph(1000, 500)))
    net.build()
    for page, host in ((PAGE, "ha.gov.vn"), (COPY, "lim.ha.gov.vn")):
        large, small = net.page(page).xpath("//*[@class='body']//picture")
        (image,) = large.xpath(".//img")
        assert (image.get("alt"), image.get("width"), image.get("height")) == ('Cầu <"cũ">', "1000", "500")
        assert (image.get("loading"), image.get("fetchpriority")) == ("lazy", None)
        assert net.page(page).xpath("//figure/figcaption/text()") == ["Cầu, nhìn từ bờ"]
        (image,) = small.xpath(".//img")
        assert [image.get(key) for key in ("alt", "lang", "id", "width", "height")] == ["Chợ", "vi", "nho", "120", "60"]
        (source,) = small.xpath(".//source")
        assert source.get("sizes") == "120px"
        for address in [each.split()[0] for each in source.get("srcset").split(", ")]:
            assert (net.output / host / address.lstrip("/")).is_file()
        (link,) = net.page(page).xpath("//*[@class='body']//a/@href")
        assert opened((net.output / host / link.lstrip("/")).read_bytes()).size == (1000, 500)


@pytest.mark.browser
def test_a_browser_takes_the_small_modern_picture_and_nothing_jumps(tiny):
    """On a telephone of 360 points Chromium takes an AVIF that fits, and the page does not move when it comes."""
    net = with_picture(tiny, jpeg(photograph(3000, 1500)))
    net.build()
    with LocalServer(Hosts.read(net.output), 0) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = chromium.new_page(viewport={"width": 360, "height": 740}, device_scale_factor=1)
        page.add_init_script(
            "window.moved = 0; new PerformanceObserver(list => { for (const e of list.getEntries()) moved += e.value })"
            ".observe({type: 'layout-shift', buffered: true})"
        )
        page.goto(f"{server.address('ha.gov.vn')}/tin-tuc/2026/cho/", wait_until="networkidle")
        image = page.locator("figure.lead img")
        address, natural, box = image.evaluate("i => [i.currentSrc, i.naturalWidth, i.getBoundingClientRect().width]")
        moved = page.evaluate("window.moved")
        chromium.close()
        server.shutdown()
    assert re.search(r"-480\.avif$", address) and box <= natural <= 480
    assert moved < 0.01
