"""Charts: measured layout (nothing overlaps, nothing is cut), every mark drawn, fonts, files."""

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from forecasts import DATA_DATE, make_forecast
from matplotlib import rc_context, rcParams
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from scenarios.charts import MissingFontWarning, fonts, gantt, progress_chart, s_curve, save, save_all
from scenarios.charts.fonts import Typeface, chinese_family
from scenarios.charts.scurve import steps
from scenarios.charts.sheet import CRITICAL
from scenarios.charts.timescale import TimeScale, month_start
from scenarios.dispatch.investment import InvestmentMonth, InvestmentReport, InvestmentRow
from scenarios.results import Cause, Forecast, Node, Span
from scenarios.schema import Label
from scheduling.errors import InputError

WITH_CHINESE = pytest.mark.skipif(
    chinese_family() is None, reason="no Chinese font: install fonts-noto-cjk or backplan[cjk]"
)
LANGUAGES = (pytest.param("zh", marks=WITH_CHINESE), "en")
HOSTILE = r"Phase $_1^2$ 100% \frac{a}{b} <b>&amp;</b> {name} #1 ~ `x` =HYPERLINK(1)"
LONG = "示范县城区老旧供水管网更新改造及配套泵站、调蓄池、智慧水务平台建设工程（一期）设计采购施工总承包项目"


def latin(forecast: Forecast) -> Forecast:
    """The same without Chinese, so that it can be drawn where no Chinese font is installed."""
    return change(
        forecast,
        lambda node: replace(node, name=Label(en=node.name.en), department=Label(en="office")),
        responsible_unit="Park committee",
        lead_unit=None,
    )


def change(forecast: Forecast, edit=lambda node: node, **fields: object) -> Forecast:
    """The forecast with every node edited and fields of every project replaced."""
    projects = tuple(
        replace(project, nodes=tuple(edit(node) for node in project.nodes), **fields)
        for project in forecast.projects
    )
    return replace(forecast, projects=projects)


def make(lang: str, projects: int = 3, nodes: int = 11, seed: int = 0) -> Forecast:
    forecast = make_forecast(seed, projects, nodes)
    return latin(forecast) if lang == "en" and chinese_family() is None else forecast


def artists(figures: Iterable[Figure], role: str) -> list[Artist]:
    found = (artist for figure in figures for artist in figure.findobj(match=_labelled))
    return [artist for artist in found if str(artist.get_label()).startswith(role)]


def _labelled(artist: Artist) -> bool:
    return bool(artist.get_label()) and not isinstance(artist, Figure)


def texts(figure: Figure) -> list[tuple[str, str, Bbox]]:
    """Role, text and box in points of every text drawn."""
    figure.set_dpi(72)
    renderer = FigureCanvasAgg(figure).get_renderer()
    found = [text for text in figure.findobj(Text) if text.get_text()]
    # As files are written: hinting would round every character to whole pixels.
    with rc_context({"text.hinting": "no_hinting"}):
        return [(str(text.get_label()), text.get_text(), text.get_window_extent(renderer)) for text in found]


def assert_layout(figure: Figure) -> None:
    """No text over another, none outside the page, none across the bars' border."""
    found = texts(figure)
    width, height = figure.get_size_inches() * 72
    for role, text, box in found:
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        assert inside, f"{role} {text!r} leaves the page: {box}"
    # Sorted by height, so that only neighbours need comparing.
    ordered = sorted(found, key=lambda item: item[2].y0)
    for i, (role, text, box) in enumerate(ordered):
        for other_role, other, other_box in ordered[i + 1 :]:
            if other_box.y0 > box.y1:
                break
            across = min(box.x1, other_box.x1) - max(box.x0, other_box.x0)
            along = min(box.y1, other_box.y1) - max(box.y0, other_box.y0)
            # Boxes of lines of one text share their leading.
            shared = 0.25 * min(box.height, other_box.height)
            assert across <= 0.5 or along <= shared, f"{role} {text!r} over {other_role} {other!r}"


# -- layout ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("projects", "paper"), [(1, "one"), (3, "one"), (6, "A3")])
def test_nothing_overlaps_or_leaves_the_page(lang, projects, paper):
    for figure in gantt(make(lang, projects), lang=lang, paper=paper):
        assert_layout(figure)


@pytest.mark.parametrize(("projects", "nodes"), [(40, 0), (1, 80)])
def test_many_rows(projects, nodes):
    forecast = latin(make_forecast(1, projects, nodes or 11))
    for paper in ("one", "A3"):
        figures = gantt(forecast, lang="en", nodes="all" if nodes else "none", paper=paper)
        assert_layout(figures[-1])
        rows = projects * (nodes or 1)
        assert len(artists(figures, "bar")) + len(artists(figures, "milestone")) >= rows


@WITH_CHINESE
@pytest.mark.parametrize("name", [LONG, HOSTILE, LONG * 3, "W" * 200, "无"])
def test_any_name(name):
    label = Label(zh=name, en=name)
    forecast = change(
        make("zh", 1, 5),
        lambda node: replace(node, name=label, department=label),
        name=label,
        responsible_unit=name,
        causes=(),
    )
    (figure,) = gantt(replace(forecast, title=label, warnings=(label,)))
    assert_layout(figure)


def test_mathtext_is_off():
    forecast = latin(make_forecast(0, 1))
    (figure,) = gantt(change(forecast, name=Label(en="cost $x_1$ and \\$2"), causes=()), lang="en")
    shown = [text for text in figure.findobj(Text) if "cost" in text.get_text()]
    assert {text.get_text() for text in shown} == {"cost $x_1$ and \\$2"}
    assert not any(text.get_parse_math() for text in figure.findobj(Text) if text.get_text())


def test_optional_fields_may_be_missing():
    forecast = change(
        latin(make_forecast(0, 2, 5)),
        lambda node: replace(
            node, department=None, latest=None, planned=None, deadline=None, p80=None, on_time=None,
            light=None, cause=None, total_float=None, actual=None, actual_start=None,
        ),
        responsible_unit=None, lead_unit=None, on_time=None, light=None, causes=(), confidence=None,
    )  # fmt: skip
    forecast = replace(forecast, number_on_time=(), warnings=(), completion=None, quotas=())
    (figure,) = gantt(forecast, lang="en", nodes="all")
    assert_layout(figure)
    assert artists([figure], "deadline") == []


def test_no_projects_and_projects_without_nodes():
    forecast = latin(make_forecast(0, 1, 5))
    bare = tuple(replace(project, nodes=()) for project in forecast.projects)
    for empty in (replace(forecast, projects=()), replace(forecast, projects=bare)):
        for paper in ("one", "A3"):
            for figure in gantt(empty, lang="en", paper=paper):
                assert_layout(figure)


@pytest.mark.parametrize("years", [0, 2, 10, 40])
def test_any_span_of_years(years):
    forecast = latin(make_forecast(0, 1, 5))

    def stretch(node: Node) -> Node:
        span = Span(DATA_DATE, DATA_DATE + timedelta(days=366 * years))
        return replace(
            node, earliest=span, planned=span, latest=span, actual=None, state="open", milestone=False
        )

    (figure,) = gantt(change(forecast, stretch), lang="en")
    assert_layout(figure)
    named = {text for role, text, _ in texts(figure) if role == "axis" and text.isdigit()}
    assert named
    assert named <= {str(DATA_DATE.year + i) for i in range(-1, years + 1)}


def test_nothing_drawn_outside_the_bars_area():
    (figure,) = gantt(latin(make_forecast(4, 8)), lang="en")
    line = artists([figure], "data_date_line")[0]
    assert line.get_xdata()[0] > 0
    for artist in artists([figure], "bar") + artists([figure], "deadline") + artists([figure], "p80"):
        box = artist.get_window_extent()
        assert 0 < box.x0 <= box.x1 < figure.bbox.width


# -- what is drawn ---------------------------------------------------------------------------------------
def test_every_deadline_is_drawn_also_before_the_data_date():
    early = DATA_DATE - timedelta(days=400)
    forecast = change(latin(make_forecast(2, 3)), lambda node: replace(node, deadline=early, hard=node.key))
    figures = gantt(forecast, lang="en", nodes="all")
    nodes = [node for project in forecast.projects for node in project.nodes]
    # Once in the portfolio and once in the node view.
    assert len(artists(figures, "deadline")) == 2 * len(nodes)
    assert len(artists(figures, "deadline:hard")) == 2 * sum(node.key for node in nodes)


def test_critical_bars_are_vermilion_and_counted():
    forecast = change(
        latin(make_forecast(2, 2)), lambda node: replace(node, critical=node.state == "open", milestone=False)
    )
    figures = gantt(forecast, lang="en", nodes="all")
    bars = artists(figures, "bar:critical")
    open_nodes = sum(node.state == "open" for project in forecast.projects for node in project.nodes)
    assert len(bars) == open_nodes > 0
    red = tuple(int(CRITICAL[i : i + 2], 16) / 255 for i in (1, 3, 5))
    assert all(bar.get_facecolor()[:3] == pytest.approx(red) for bar in bars)


def test_milestones_only():
    forecast = change(latin(make_forecast(2, 2)), lambda node: replace(node, milestone=True))
    figures = gantt(forecast, lang="en", nodes="all")
    assert len(artists(figures, "milestone")) == 2 * 22
    assert {bar.get_label() for bar in artists(figures, "bar")} == {"bar:project", "bar:done", "bar:span"}


def test_a_bar_that_ends_on_its_deadline_touches_it():
    day = DATA_DATE + timedelta(days=60)
    span = Span(DATA_DATE, day)

    def edit(node: Node) -> Node:
        return replace(
            node, state="open", milestone=False, planned=span, actual=None, deadline=day, critical=False
        )

    forecast = change(latin(make_forecast(0, 1, 1)), edit)
    figures = gantt(forecast, project="P001", lang="en")
    (bar,) = artists(figures, "bar:planned")
    (flag,) = artists(figures, "deadline")
    assert bar.get_xy()[:, 0].max() == pytest.approx(flag.get_xy()[:, 0].mean(), abs=0.7)


def test_probabilities_notes_and_rule_are_written():
    forecast = latin(make_forecast(0, 2))
    (figure,) = gantt(forecast, lang="en")
    written = " ".join(text for _, text, _ in texts(figure))
    for project in forecast.projects:
        assert project.on_time is not None
        assert project.on_time.percent() in written
    for part in ("(inferred)", "(asap)", "1,000 replications", "synthetic", "not calibrated", "0123456789ab"):
        assert part in written


def test_causes_cost_what_the_tables_say():
    cause = Cause("factor:funds", Label(en="funds", zh="funds"), 0.004, 0.001)
    forecast = change(latin(make_forecast(0, 2)), lambda node: replace(node, cause=cause), causes=(cause,))
    (figure,) = gantt(forecast, lang="en")
    assert "+0.4" in " ".join(text for _, text, _ in texts(figure))


def test_one_project_shows_all_its_nodes_and_no_other():
    forecast = latin(make_forecast(0, 3))
    (figure,) = gantt(forecast, project="P002", lang="en")
    names = [text for role, text, _ in texts(figure) if role == "cell:node"]
    assert len(names) == 1 + len(forecast.project("P002").nodes)


def test_unknown_project_is_refused():
    with pytest.raises(InputError, match=r"no project 'nowhere'\. Use one of: P001, P002"):
        gantt(make_forecast(0, 2), project="nowhere")


def test_a_tall_picture_stops_and_says_so(monkeypatch):
    monkeypatch.setattr("scenarios.charts.book.MOST_ROWS", 10)
    (figure,) = gantt(latin(make_forecast(0, 3)), lang="en", nodes="all")
    assert "26 more rows are not drawn here; see the PDF pages." in [text for _, text, _ in texts(figure)]


def test_a_page_never_ends_with_a_heading_and_repeats_it():
    figures = gantt(latin(make_forecast(0, 5)), lang="en", nodes="all", paper="A3")
    assert len(figures) > 2
    for figure in figures[1:]:
        rows = [(box.y0, text) for role, text, box in texts(figure) if role == "cell:node"]
        names = [text for _, text in sorted(rows, reverse=True)]
        assert names[0].startswith("Sample industrial park")
        assert not names[-1].startswith("Sample industrial park")


# -- curves ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["completion", "investment"])
def test_curves(lang, kind):
    figure = s_curve(make(lang), kind, lang=lang)
    assert_layout(figure)
    for role in ("expected", "band", "envelope", "planned", "data_date", "chart_last_deadline"):
        assert artists([figure], role), role


def test_curves_need_dates_and_plan_is_optional():
    forecast = latin(make_forecast(0, 2))
    with pytest.raises(InputError, match="the forecast has no investment curve"):
        s_curve(replace(forecast, investment=None), "investment", lang="en")
    assert forecast.completion is not None
    figure = s_curve(
        replace(forecast, completion=replace(forecast.completion, planned=())), "completion", lang="en"
    )
    assert artists([figure], "planned") == []


def year_of(planned: float) -> InvestmentReport:
    """A year of which two months have ended, on the data date of the forecasts."""
    money = dict.fromkeys(("low", "high", "gap", "unplaced", "unfunded", "funded_until", "able", "ahead"))
    whole = InvestmentRow(
        project=None, name=None, total=9000, this_year=planned, completed=0, done=150, expected=900, **money
    )
    months = tuple(
        InvestmentMonth(
            end=month_start(date(2026, 1, 1), k) - timedelta(days=1),
            schedule=planned * k / 12,
            done=70.0 * k if k < 3 else None,
            expected=None if k < 3 else 75.0 * k,
            low=None if k < 3 else 70.0 * k,
            high=None if k < 3 else 80.0 * k,
        )
        for k in range(1, 13)
    )
    return InvestmentReport(2026, whole, (whole,), (), (), months)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_progress_of_the_year(lang):
    forecast = replace(make(lang), data_date=date(2026, 3, 10))
    figure = progress_chart(forecast, year_of(1200.0), lang=lang)
    assert_layout(figure)
    drawn = {role: artists([figure], role)[0] for role in ("schedule", "done", "expected")}
    ground = drawn["schedule"].get_ydata()[0]
    full = ground - drawn["schedule"].get_ydata()[-1]
    heights = {role: [(ground - y) / full for y in line.get_ydata()] for role, line in drawn.items()}
    assert heights["schedule"] == pytest.approx([k / 12 for k in range(13)])
    assert heights["done"] == pytest.approx([0, 70 / 1200, 140 / 1200, 150 / 1200])
    assert heights["expected"] == pytest.approx([150 / 1200, *(75 * k / 1200 for k in range(3, 13))])
    assert drawn["done"].get_xdata()[-1] == drawn["expected"].get_xdata()[0]
    assert artists([figure], "band")


def test_progress_needs_a_plan_of_the_year():
    with pytest.raises(InputError, match="no project gives a plan of the year"):
        progress_chart(make("en"), year_of(0.0), lang="en")


@pytest.mark.parametrize("greatest", [0.0, 1e-6, 0.3, 1.0, 99.0, 100.0, 1e9])
def test_steps_reach_the_greatest_value(greatest):
    values = steps(greatest)
    assert values[0] == 0.0
    assert values[-1] >= greatest * (1 - 1e-9)
    assert 2 <= len(values) <= 8


# -- dates -----------------------------------------------------------------------------------------------
def test_scale_covers_whole_months_and_at_least_three():
    scale = TimeScale.over([date(2026, 11, 23)], 0.0, 92.0)
    assert (scale.first, scale.end) == (date(2026, 11, 1), date(2027, 2, 1))
    assert (scale.x(date(2026, 11, 11)), scale.x_end(date(2026, 11, 11))) == (10.0, 11.0)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 1)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(9999, 12, 31), 1, date(9999, 12, 1)),
    ],
)
def test_month_start(day, months, expected):
    assert month_start(day, months) == expected


# -- fonts -----------------------------------------------------------------------------------------------
@pytest.fixture
def no_chinese(monkeypatch):
    monkeypatch.setattr(fonts, "chinese_family", lambda: None)


@pytest.mark.usefixtures("no_chinese")
def test_without_a_chinese_font_one_warning_names_the_remedy(tmp_path):
    with pytest.warns(MissingFontWarning, match=r'pip install "backplan\[cjk\]".*fonts-noto-cjk') as caught:
        save_all(make_forecast(0, 1, 4), tmp_path, "zh")
    assert len(caught) == 1


@pytest.mark.usefixtures("no_chinese")
def test_without_a_chinese_font_names_fall_back_to_english_then_ids():
    forecast = change(make_forecast(0, 2), name=Label(zh="仅有中文名"), responsible_unit="示例单位")
    with pytest.warns(MissingFontWarning):
        (figure,) = gantt(forecast, lang="zh")
    written = {text for _, text, _ in texts(figure)}
    assert {"P001", "P002", "????", "construction permit", "On-time probability"} <= written


@pytest.mark.usefixtures("no_chinese")
def test_english_without_chinese_needs_no_warning():
    for figure in gantt(latin(make_forecast(0, 2)), lang="en"):
        assert_layout(figure)


@WITH_CHINESE
def test_a_character_no_font_has_becomes_a_question_mark_with_a_warning():
    face = Typeface("zh")
    with pytest.warns(MissingFontWarning, match="lack"):
        assert face.clean("甲\U000e0fff乙\n丙\u200b") == "甲?乙 丙"


@WITH_CHINESE
def test_lines_do_not_begin_with_closing_punctuation():
    lines = Typeface("zh").wrap("土地供应，资金到位，施工许可补正。", 41.0, 8.0)
    assert "".join(lines) == "土地供应，资金到位，施工许可补正。"
    assert not any(line.startswith(("，", "。")) for line in lines)


def test_cut_and_wrap_keep_within_the_width():
    face = Typeface("en")
    text = "A long name of a project that must be cut somewhere"
    assert face.width(face.cut(text, 60.0, 8.0), 8.0) <= 60.0
    lines = face.wrap(text, 60.0, 8.0, 2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert all(face.width(line, 8.0) <= 60.0 for line in lines)
    assert face.wrap("", 60.0, 8.0) == ("",)


# -- files -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_file_is_written(tmp_path, lang):
    written = save_all(make(lang, 1, 4), tmp_path / "new" / "folder", lang)
    names = ["gantt.png", "gantt.svg", "gantt.pdf", "completion.png", "investment.png"]
    assert [path.name for path in written] == names
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(names)
    starts = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    assert all(path.read_bytes().startswith(starts[path.suffix]) for path in written)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_same_forecast_gives_the_same_bytes(tmp_path, suffix):
    for name in ("a", "b"):
        gantt(latin(make_forecast(0, 1, 4)), tmp_path / f"{name}{suffix}", lang="en")
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_svg_holds_outlines_and_no_fonts(tmp_path):
    gantt(latin(make_forecast(0, 1, 4)), tmp_path / "a.svg", lang="en")
    assert "<text" not in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_pdf_holds_a_page_a_figure_and_its_fonts(tmp_path):
    figures = gantt(latin(make_forecast(0, 1)), tmp_path / "a.pdf", lang="en")
    data = (tmp_path / "a.pdf").read_bytes()
    assert data.count(b"/Type /Page ") == len(figures) > 1
    assert b"/FontFile2" in data or b"/Type3" in data


def test_other_formats_and_pages_in_a_picture_are_refused(tmp_path):
    figures = gantt(latin(make_forecast(0, 3)), lang="en", paper="A3")
    with pytest.raises(InputError, match=r"a\.bmp: no such picture format. Use \.png, \.svg or \.pdf"):
        save(figures, tmp_path / "a.bmp")
    with pytest.raises(InputError, match=r"2 pages do not fit one picture. Use \.pdf"):
        save(figures, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_charts_load_no_pyplot_and_change_no_settings():
    code = (
        "import sys, matplotlib; before = list(dict.items(matplotlib.rcParams)); import scenarios.charts;"
        "assert list(dict.items(matplotlib.rcParams)) == before;"
        "assert not {'matplotlib.pyplot', 'ortools', 'simpy', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)


def test_settings_are_as_before_after_saving(tmp_path):
    before = list(dict.items(rcParams))
    gantt(latin(make_forecast(0, 1, 3)), tmp_path / "a.pdf", lang="en")
    assert list(dict.items(rcParams)) == before
