"""The tables and the chart of docs/caching.md, rendered from the results: no number in them is typed by hand.

`python -m bench.advice.page` renders them again.
"""

import math
import statistics
from pathlib import Path

from bench import markdown
from bench.advice.accuracy import DEFAULT, FIGURES, NONE, of_advice, of_lab, saved, shares, times
from bench.advice.measured import Measured, Results, Span
from bench.markdown import filled, table
from bench.work import ROOT

PAGE = ROOT / "docs" / "caching.md"
RESULTS = ROOT / "docs" / "caching" / "advice.json"
CHART = ROOT / "docs" / "charts" / "caching.svg"
ORDER = (
    DEFAULT,
    f"{DEFAULT} uncompressed",
    f"{DEFAULT} arrow",
    "MEMORY_AND_DISK",
    "MEMORY_ONLY",
    "DISK_ONLY",
    "OFF_HEAP",
    "PARQUET",
    "LOCAL_CHECKPOINT",
)
SHORT = {DEFAULT: "default", f"{DEFAULT} uncompressed": "uncompressed", f"{DEFAULT} arrow": "Arrow"}
WORDS = ("workload", "half", "best", "the lab takes", "one log", "the pair", "what must hold")
NOTHING = "–"


def blocks(results: Results) -> dict[str, str]:
    """marker -> what stands between it and its end."""
    return {
        "options": table(
            ("workload", "none, s", *map(_short, ORDER)), [_options(*one) for one in _all(results)], WORDS
        ),
        "sizes": table(("workload", *map(_short, ORDER)), [_sizes(*one) for one in _all(results)], WORDS),
        "accuracy": table(("what must hold", "wanted", "built on", "judged by"), _accuracy(results), WORDS),
        "choices": table(
            (
                "workload",
                "half",
                "best",
                "the lab takes",
                "one log",
                "the pair",
                "saved, s",
                "interval, s",
                "figure, s",
            ),
            [_choices(*one) for one in _all(results)],
            WORDS,
        ),
        "conditions": conditions(results),
    }


def update(page: Path, results: Results) -> None:
    """Puts the tables between their markers."""
    contents = {f"caching: {name}": content for name, content in blocks(results).items()}
    page.write_text(filled(page.read_text("utf-8"), contents), "utf-8")


def shown(text: str) -> dict[str, str]:
    """marker -> what the page shows between it and its end."""
    return {marker.removeprefix("caching: "): block for marker, block in markdown.blocks(text, r"caching: \w+").items()}


def totals(results: Results) -> list[str]:
    """The accuracy for the terminal, a line each."""
    return [
        f"{what}: {built} built on, {judged} judged by; wanted {wanted}"
        for what, wanted, built, judged in _accuracy(results)
    ]


def conditions(results: Results) -> str:
    machine = results.machine
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    return (
        f"{len(results.workloads)} workloads, {results.rounds} rounds of every option, tables at scale "
        f"{results.scale:g}, {results.date[:10]}. {machine['cores']} cores of {machine['processor']}, "
        f"{machine['memory_bytes'] / 1e9:.1f} GB of memory, {machine['system']}. {versions}."
    )


def draw(results: Results) -> None:
    """Every workload and option as a field: the darker, the faster or slower than no cache."""
    import matplotlib

    matplotlib.use("svg")
    # text stays text, and two drawings of one result are the same bytes
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "hotset", "font.size": 9})
    from matplotlib import pyplot

    names = list(results.workloads)
    ratios = [[_ratio(results.workloads[name], option) for option in ORDER] for name in names]
    figure, axes = pyplot.subplots(figsize=(9, 1.2 + 0.3 * len(names)), layout="constrained")
    logs = [[math.nan if one is None else math.log2(one) for one in row] for row in ratios]
    axes.imshow(logs, cmap="RdYlGn", vmin=-2, vmax=2, aspect="auto")
    for row, found in enumerate(ratios):
        for column, one in enumerate(found):
            axes.annotate(NOTHING if one is None else f"{one:.2f}", (column, row), ha="center", va="center")
    axes.set_yticks(range(len(names)), names)
    axes.set_xticks(range(len(ORDER)), list(map(_short, ORDER)), rotation=30, ha="left")
    axes.xaxis.tick_top()
    axes.set_xlabel("times as fast as without a cache: green is faster, red is slower")
    CHART.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(CHART, metadata={"Date": None}, facecolor="white")
    pyplot.close(figure)


def _all(results: Results) -> list[tuple[str, Measured]]:
    return list(results.workloads.items())


def _short(option: str) -> str:
    return SHORT.get(option, option)


def _median(workload: Measured, option: str) -> float | None:
    found = times(workload).get(option)
    return statistics.median(found.values()) if found else None


def _ratio(workload: Measured, option: str) -> float | None:
    """Times as fast as without a cache."""
    ours, none = _median(workload, option), _median(workload, NONE)
    return none / ours if ours and none else None


def _options(name: str, workload: Measured) -> list[str]:
    ratios = [_ratio(workload, option) for option in ORDER]
    best = max((one for one in ratios if one), default=0.0)
    cells = [
        NOTHING if one is None else f"**{one:.2f}**" if one == best and one > 1 else f"{one:.2f}" for one in ratios
    ]
    return [f"{name}: {workload.about}", f"{_median(workload, NONE):.2f}", *cells]


def _sizes(name: str, workload: Measured) -> list[str]:
    return [name, *(_size(workload, option) for option in ORDER)]


def _size(workload: Measured, option: str) -> str:
    """Megabytes in memory, and on disk where there are any."""
    found = workload.options.get(option)
    if found is None:
        return NOTHING
    disk = f" + {found.disk_bytes / 1e6:.1f} disk" if found.disk_bytes else ""
    lost = f", {found.evicted} evicted" if found.evicted else ""
    return f"{found.memory_bytes / 1e6:.1f}{disk}{lost}"


def _accuracy(results: Results) -> list[tuple[str, str, str, str]]:
    built, judged = shares(results, "build"), shares(results, "report")
    return [(what, wanted, str(built[what]), str(judged[what])) for what, (wanted, _) in FIGURES.items()]


def _choices(name: str, workload: Measured) -> list[str]:
    lab, one, pair = of_lab(workload), of_advice(workload, "without"), of_advice(workload, "pair")
    taken = [f"{_short(each.chosen)} ({each.to_best:.2f}{'' if each.right else ' ✗'})" for each in (lab, one, pair)]
    spans = workload.advised
    figure = spans["pair"].seconds[0]
    saving = statistics.median(saved(workload, "seconds"))
    return [name, workload.half, _short(lab.best), *taken, f"{saving:.2f}", _span(spans["without"]), f"{figure:.2f}"]


def _span(span: Span) -> str:
    low, high = span.seconds
    return f"at most {high:.2f}" if low < -1e6 else f"{low:.2f} to {high:.2f}"


if __name__ == "__main__":
    if known := Results.load(RESULTS):
        draw(known)
        update(PAGE, known)
