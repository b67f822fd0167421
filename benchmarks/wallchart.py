"""Time the wall chart of 550 synthetic projects in headless Chromium: first paint, filters, search, scroll.

Run as ``python benchmarks/wallchart.py [--projects 550] [--rounds 7]``; needs chromium and chromedriver.
Every figure is the median of the rounds, in milliseconds, from the event to the end of its frame.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from scenarios.forecast import Run
from scenarios.load import load_scenario
from scenarios.results import Forecast
from scenarios.wallchart import write_wall_chart

_ACT = """
const [act, done] = [arguments[0], arguments[arguments.length - 1]];
const begin = performance.now();
new Function(act)();
requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin)));
"""
_SCROLL = """
const done = arguments[arguments.length - 1], view = document.getElementById("view");
view.scrollTop = 0;
const frames = [];
let last = null;
const step = now => {
  if (last !== null) frames.push(now - last);
  last = now;
  if (view.scrollTop + view.clientHeight < view.scrollHeight - 1) {
    view.scrollTop += 300;
    requestAnimationFrame(step);
  } else done([Math.max(...frames), frames.length]);
};
requestAnimationFrame(step);
"""
_PAINT = "return performance.getEntriesByName('first-contentful-paint').map(entry => entry.startTime)"
_SELECTS = """
return [...document.querySelectorAll("#controls select")].filter(select => select.name !== "paper")
  .map(select => [select.name, select.options[select.options.length > 2 ? 2 : 1].value, select.value]);
"""


def copies(forecast: Forecast, count: int) -> Forecast:
    """As many projects as asked, made by repeating those of the forecast."""
    made = forecast.projects
    again = (replace(made[k % len(made)], id=f"{made[k % len(made)].id}-{k}") for k in range(count))
    return replace(forecast, projects=tuple(again))


def browser(folder: str) -> Chrome:
    """Headless Chromium with a window of 1500 by 900."""
    options = ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1500,900"):
        options.add_argument(argument)
    options.add_argument(f"--user-data-dir={folder}")
    return Chrome(options=options, service=ChromeService(executable_path="/usr/bin/chromedriver"))


def one_round(page: Any, address: str) -> dict[str, float]:
    """One opening of the page and everything that is timed on it."""
    page.get("about:blank")
    page.get(address)
    page.execute_async_script("setTimeout(arguments[0], 300)")
    found = {"first paint": page.execute_script(_PAINT)[0]}
    pick = "const e = document.querySelector('[name={}]'); e.value = {!r}; e.dispatchEvent(new Event({!r}))"
    for name, value, usual in page.execute_script(_SELECTS):
        found[name] = page.execute_async_script(_ACT, pick.format(name, value, "change"))
        found[f"{name}, all again"] = page.execute_async_script(_ACT, pick.format(name, usual, "change"))
    found["search"] = page.execute_async_script(_ACT, pick.format("q", "1", "input"))
    found["search, cleared"] = page.execute_async_script(_ACT, pick.format("q", "", "input"))
    click = "document.querySelector('[name={}]').click()"
    found["language"] = page.execute_async_script(_ACT, click.format("lang"))
    found["unfold all nodes"] = page.execute_async_script(_ACT, click.format("unfold"))
    found["fold all nodes"] = page.execute_async_script(_ACT, click.format("unfold"))
    found["scroll, longest frame"], found["scroll, frames"] = page.execute_async_script(_SCROLL)
    found["print prepared"] = page.execute_async_script(_ACT, "dispatchEvent(new Event('beforeprint'))")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=550)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    scenario = load_scenario("jiujiang-90").model_copy(update={"replications": 100})
    forecast = copies(Run(scenario).forecast, args.projects)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = write_wall_chart(forecast, Path(folder, "wall.html"), "zh")
        print(f"{args.projects} projects, {path.stat().st_size / 1e6:.1f} MB")
        page = browser(folder)
        try:
            rounds = [one_round(page, path.as_uri()) for _ in range(args.rounds)]
        finally:
            page.quit()
    for name in rounds[0]:
        print(f"{name:32}{statistics.median(each[name] for each in rounds):8.0f}")


if __name__ == "__main__":
    main()
