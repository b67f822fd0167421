"""The wall chart: what is in it, that no text escapes, and how it behaves in a browser."""

from __future__ import annotations

import base64
import json
import re
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from forecasts import make_forecast

from scenarios.results import Forecast
from scenarios.schema import Label
from scenarios.wallchart import write_wall_chart
from scenarios.wallchart.page import embedded

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
EVIL = "</script><script>alert(1)</script>"


def evil(projects: int = 6) -> Forecast:
    """A forecast in which every text tries to break out."""
    made = make_forecast(1, projects, 8)
    bad = Label(zh=EVIL, en=f"<img src=x onerror=alert(2)>{EVIL}")
    first = made.projects[0]
    nodes = tuple(replace(node, name=bad, department=bad) for node in first.nodes)
    broken = replace(
        first,
        name=bad,
        blocker=bad,
        district=EVIL,
        leader=EVIL,
        lead_unit='"><b>',
        sector="&lt;",
        nodes=nodes,
    )
    return replace(made, projects=(broken, *made.projects[1:]), title=bad, source=EVIL)


def data_of(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, flags=re.DOTALL)
    assert found
    return json.loads(found[1])


# -- the file -----------------------------------------------------------------------------------------------
def test_the_data_is_that_of_the_forecast(tmp_path: Path) -> None:
    made = make_forecast(3, 4, 11)
    page = write_wall_chart(made, tmp_path / "wall.html", "zh").read_text(encoding="utf-8")
    data = data_of(page)
    assert data["today"] == made.data_date.isoformat()
    assert len(data["projects"]) == 4
    for project, shown in zip(made.projects, data["projects"], strict=True):
        assert shown["id"] == project.id
        assert shown["light"] == project.light
        assert len(shown["nodes"]) == len(project.nodes)
        for node, cell in zip(project.nodes, shown["nodes"], strict=True):
            assert data["names"][cell["n"]] == [node.name.zh, node.name.en]
            assert cell.get("dl") == ((node.deadline - made.data_date).days if node.deadline else None)
            if node.state != "done" and node.planned:
                assert cell["p"][1] == (node.planned.finish - made.data_date).days
            if node.on_time:
                assert cell["ot"] == [round(node.on_time.value, 4), node.on_time.percent()]


def test_no_text_leaves_its_place(tmp_path: Path) -> None:
    page = write_wall_chart(evil(), tmp_path / "wall.html", "en").read_text(encoding="utf-8")
    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    assert "onerror=alert(2)>" not in page
    assert data_of(page)["projects"][0]["name"][0] == EVIL


def test_the_page_asks_nothing_of_a_network(tmp_path: Path) -> None:
    page = write_wall_chart(make_forecast(1, 2, 5), tmp_path / "wall.html", "en").read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href)\s*=|url\(|@import""", page) == []
    assert set(re.findall(r"https?://[^\"' ]+", page)) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("text", ["\u2028", "\u2029", "<!--", "]]>", "&amp;", "<SCRIPT>"])
def test_embedded_text_is_read_back_as_it_was(text: str) -> None:
    shown = embedded({"a": text})
    assert json.loads(shown) == {"a": text}
    assert not re.search("[<>&\u2028\u2029]", shown)


# -- in a browser -------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if not (CHROMIUM.exists() and DRIVER.exists()):
        pytest.skip("no Chromium with its driver: apt-get install chromium chromium-driver")
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1500,900",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=ChromeService(executable_path=str(DRIVER)))
    yield driver
    driver.quit()


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Callable[..., Any]:
    def opened(forecast: Forecast, lang: str = "zh", view: str = "") -> Any:
        path = write_wall_chart(forecast, tmp_path / "wall.html", lang)
        browser.get("about:blank")
        browser.get(f"{path.as_uri()}{view}")
        return browser

    return opened


def shown(page: Any) -> list[str]:
    """Names of the projects whose rows are there."""
    script = "return [...document.querySelectorAll('.row.project .name')].map(e => e.textContent)"
    names: list[str] = page.execute_script(script)
    return names


def choose(page: Any, name: str, value: str) -> None:
    script = """
    const select = document.querySelector(`select[name=${arguments[0]}]`);
    select.value = arguments[1];
    select.dispatchEvent(new Event("change"));
    """
    page.execute_script(script, name, value)


def complaints(page: Any) -> list[str]:
    """What the page complained of."""
    return [entry["message"] for entry in page.get_log("browser") if entry["level"] == "SEVERE"]


def owned() -> Forecast:
    """Nine projects with districts, groups and leaders."""
    made = make_forecast(2, 9, 8)
    projects = tuple(
        replace(
            project,
            name=Label(zh=f"项目{k}", en=f"Project {k}"),
            district=("东区", "西区", "南区")[k % 3],
            group="交通组" if k < 4 else "产业组",
            leader=f"领导{k % 2}",
        )
        for k, project in enumerate(made.projects)
    )
    return replace(made, projects=projects)


def test_filters_leave_what_matches(open_page: Any) -> None:
    made = owned()
    page = open_page(made)
    assert shown(page) == [f"项目{k}" for k in range(9)]
    choose(page, "district", "西区")
    assert shown(page) == ["项目1", "项目4", "项目7"]
    choose(page, "group", "产业组")
    assert shown(page) == ["项目4", "项目7"]
    assert page.execute_script("return document.getElementById('count').textContent") == "显示2个，共9个"
    choose(page, "district", "")
    choose(page, "group", "")
    for light in ("green", "amber", "red"):
        choose(page, "light", light)
        wanted = [project.name.zh for project in made.projects if project.light == light]
        assert shown(page) == wanted
    assert complaints(page) == []


def test_departments_filter_by_open_nodes(open_page: Any) -> None:
    made = owned()
    page = open_page(made)
    options = "return [...document.querySelector('select[name=department]').options].map(o => o.value)"
    names = data_of(page.page_source)["names"]
    for value in page.execute_script(options)[1:]:
        choose(page, "department", value)
        asked = Label(zh=names[int(value)][0], en=names[int(value)][1])
        assert shown(page) == [
            project.name.zh
            for project in made.projects
            if any(node.state != "done" and node.department == asked for node in project.nodes)
        ]


def test_search_and_order(open_page: Any) -> None:
    made = owned()
    page = open_page(made)
    page.find_element("name", "q").send_keys("项目7")
    assert shown(page) == ["项目7"]
    page.execute_script("location.hash = '#sort=probability'")
    page.execute_async_script("setTimeout(arguments[0], 50)")
    ranked = sorted(made.projects, key=lambda p: p.on_time.value if p.on_time else 2)
    assert shown(page) == [project.name.zh for project in ranked]


def test_languages_switch_and_the_view_is_a_link(open_page: Any) -> None:
    page = open_page(owned(), "zh")
    choose(page, "district", "南区")
    page.find_element("name", "lang").click()
    assert page.execute_script("return document.documentElement.lang") == "en"
    assert shown(page) == ["Project 2", "Project 5", "Project 8"]
    link = page.execute_script("return location.hash")
    again = open_page(owned(), "zh", link)
    assert shown(again) == ["Project 2", "Project 5", "Project 8"]
    left = again.execute_script("return document.getElementById('controls').textContent")
    assert "District" in left
    assert "属地" not in left


def test_a_click_unfolds_the_nodes_and_hovering_tells_of_them(open_page: Any) -> None:
    from selenium.webdriver import ActionChains

    made = owned()
    page = open_page(made)
    page.find_element("css selector", ".row.project .title").click()
    rows = page.find_elements("css selector", ".row.node")
    assert len(rows) == len(made.projects[0].nodes)
    ActionChains(page).move_to_element(rows[2].find_element("css selector", ".title")).perform()
    card = page.find_element("id", "card").text
    node = made.projects[0].nodes[2]
    assert node.name.zh in card
    assert node.planned is None or node.planned.finish.isoformat() in card


def test_texts_are_texts_in_the_browser(open_page: Any) -> None:
    page = open_page(evil(), "en")
    assert EVIL in shown(page)[0]
    page.find_element("css selector", ".row.project .title").click()
    for lang in range(2):
        assert (
            page.execute_script("return document.querySelectorAll('img, script[src], #view b').length") == 0
        )
        page.find_element("name", "lang").click()
        assert lang in (0, 1)
    assert complaints(page) == []


def many(count: int) -> Forecast:
    made = make_forecast(4, 10, 11)
    copies = [replace(made.projects[k % 10], id=f"P{k}", name=Label(zh=f"第{k}号")) for k in range(count)]
    return replace(made, projects=tuple(copies))


def test_550_projects_keep_few_rows_in_the_page(open_page: Any) -> None:
    page = open_page(many(550))
    assert page.execute_script("return document.querySelectorAll('.row.project').length") < 60
    page.execute_script("document.getElementById('view').scrollTop = 1e6")
    page.execute_async_script("setTimeout(arguments[0], 100)")
    assert shown(page)[-1] == "第549号"
    assert page.execute_script("return document.querySelectorAll('.row.project').length") < 60


def printed(page: Any) -> bytes:
    """The page as a PDF file."""
    return base64.b64decode(page.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])


def print_pages(pdf: bytes) -> tuple[int, tuple[float, float]]:
    """Pages, and their size in points."""
    size = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", pdf)
    assert size
    return len(re.findall(rb"/Type\s*/Page\b", pdf)), (float(size[1]), float(size[2]))


@pytest.mark.parametrize(("paper", "millimetres"), [("A3", (420, 297)), ("A0", (1189, 841))])
def test_printing_shows_every_row_on_the_paper_that_was_chosen(
    open_page: Any, paper: str, millimetres: tuple[int, int]
) -> None:
    page = open_page(many(120), "zh", f"#paper={paper}")
    page.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert page.execute_script("return document.querySelectorAll('#print .row.project').length") == 120
    pages, size = print_pages(printed(page))
    assert size == pytest.approx([side / 25.4 * 72 for side in millimetres], abs=1.5)
    assert pages >= 2 if paper == "A3" else pages >= 1


def test_every_printed_page_has_the_header_and_no_row_is_lost(open_page: Any) -> None:
    page = open_page(many(120), "zh")
    page.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    pdf = printed(page)
    pages, _ = print_pages(pdf)
    assert pages >= 3
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext: apt-get install poppler-utils")
    run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    texts = run.stdout.decode().split("\f")[:pages]
    rows = [re.findall(r"第(\d+)号", text) for text in texts]
    assert [int(name) for page_rows in rows for name in page_rows] == list(range(120))
    for text, page_rows in zip(texts, rows, strict=True):
        if page_rows:
            assert re.search(r"项目 +按期概率", text), "the header row"
            assert re.search(r"\b20\d\d\b.*\n", text.split("第")[0]), "the years of the scale"


def test_the_screen_is_not_blank(open_page: Any) -> None:
    """Bars, marks and lights give a picture of many colours, with nothing wider than the window."""
    page = open_page(owned())
    assert len(set(pixels(page.get_screenshot_as_png()))) > 50
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    texts = "[...document.querySelectorAll('h1, .chip, .info .p')]"
    assert page.execute_script(f"return {texts}.filter(e => e.scrollWidth > e.clientWidth + 1).length") == 0


def pixels(png: bytes) -> Iterator[bytes]:
    """Some pixels of a PNG picture, as filtered bytes: enough to tell colours from none."""
    parts, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            parts += png[at + 8 : at + 8 + length]
        at += 12 + length
    plain = zlib.decompress(parts)
    return (plain[k : k + 3] for k in range(0, len(plain) - 3, 97))
