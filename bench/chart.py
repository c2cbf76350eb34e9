"""The seconds of all programs as bars, warm and whole, with their spread: an SVG that the page shows."""

from pathlib import Path
from typing import Any

from bench.figures import Spread, by_speed, figures
from bench.results import Result, Section

COLOURS = {"whole": "#9db4c8", "warm": "#d9822b"}
NAMES = {"whole": "whole: from start to exit", "warm": "warm: the session is up"}
BAR = 0.38
INCHES_PER_PROGRAM = 0.55


def draw(result: Result, path: Path) -> None:
    """Draws the section `main`."""
    import matplotlib

    matplotlib.use("svg")
    # text stays text, and two drawings of one result are the same bytes
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "hotset", "font.size": 10})
    from matplotlib import pyplot

    section = result.sections["main"]
    size = next(iter(section.sizes))
    programs = by_speed(section, size)
    figure, axes = pyplot.subplots(figsize=(9, 1.4 + INCHES_PER_PROGRAM * len(programs)), layout="constrained")
    for place, mode in enumerate(section.modes):
        _bars(axes, section, programs, size, mode, place - (len(section.modes) - 1) / 2)
    axes.set_yticks(range(len(programs)), [section.programs[name].replace("`", "") for name in programs])
    axes.invert_yaxis()
    axes.set_xlabel("seconds, median of the rounds; the line goes from the least to the most")
    axes.set_title(f"{result.title}{', ' * bool(size)}{size}", loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.12)
    if len(section.modes) > 1:
        axes.legend(frameon=False, loc="upper right")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None}, facecolor="white")
    pyplot.close(figure)


def _bars(axes: Any, section: Section, programs: list[str], size: str, mode: Any, shift: float) -> None:
    found = [(row, figures(section, program, mode, size).seconds) for row, program in enumerate(programs)]
    timed: list[tuple[int, Spread]] = [(row, spread) for row, spread in found if spread]
    rows = [row + shift * BAR for row, _ in timed]
    medians = [spread.median for _, spread in timed]
    ends = [[s.median - s.least for _, s in timed], [s.most - s.median for _, s in timed]]
    axes.barh(rows, medians, BAR, xerr=ends, color=COLOURS[mode], label=NAMES[mode], error_kw={"lw": 1, "capsize": 2})
    for row, (_, spread) in zip(rows, timed, strict=True):
        axes.annotate(
            f"{spread.median:.1f}", (spread.most, row), xytext=(5, 0), textcoords="offset points", va="center"
        )
