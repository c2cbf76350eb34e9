"""An experiment as one page of HTML: every run a dot, the figures, the verdicts. Self-contained, without scripts."""

from collections.abc import Callable, Sequence
from html import escape
from math import floor, log10
from pathlib import Path

from hotset.errors import OutputError
from hotset.lab.applied import measured_on
from hotset.lab.asked import LabOptions
from hotset.lab.options import Family
from hotset.lab.records import Record, Records
from hotset.lab.show import FIGURES, UNITS, explained, failed, figures, in_words, interval
from hotset.lab.statistics import median
from hotset.lab.verdict import Verdict

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 68em; margin: 2em auto; padding: 0 1em; color: #222; }
h1, h2 { font-weight: 600; } table { border-collapse: collapse; margin: 1em 0; }
th, td { padding: .2em .8em; text-align: right; border-bottom: 1px solid #ddd; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } tr.taken td { font-weight: 600; background: #eef6ee; }
svg text { font: 12px system-ui, sans-serif; fill: #222; } .scroll { overflow-x: auto; }
"""
COLUMNS = ("option", "job s", "rounds", "times NONE", *FIGURES)
ROW, LEFT, WIDTH = 24, 300, 900  # pixels of the chart
TICKS = 6  # below it, at most


def write_page(
    file: Path,
    job: str,
    probe: Record,
    verdicts: Sequence[tuple[Family, Verdict]],
    records: Records,
    options: LabOptions,
) -> Path:
    """The file, written. Raises OutputError when it cannot be."""
    facts = f"Measured on {measured_on()}; the intervals hold with {options.confidence:.0%} confidence."
    if probe.input_bytes is not None:
        facts += f" Input: {probe.input_bytes:,} bytes."
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>hotset lab: {escape(job)}</title>",
        f"<style>{STYLE}</style><h1>{escape(job)}: what to keep, and how</h1><p>{escape(facts)}</p>",
        *(_section(family, verdict, records) for family, verdict in verdicts),
        "</html>\n",
    ]
    try:
        file.write_text("\n".join(parts), encoding="utf-8")
    except OSError as why:
        raise OutputError(f"cannot write {file}: {why.strerror}; free some space") from None
    return file


def _section(family: Family, verdict: Verdict, records: Records) -> str:
    labels = list(verdict.relative)
    words = "".join(f"<p>{escape(line)}</p>" for line in in_words(verdict))
    reasons = "".join(
        f"<p><b>{escape(label)}</b>: {escape(why)}</p>"
        for label, why in (*explained(family, verdict), *failed(family, records))
    )
    head = "".join(f"<th>{escape(column)}</th>" for column in COLUMNS)
    rows = "".join(_row(family, label, verdict, records) for label in labels)
    return (
        f"<h2>{escape(family.name)}</h2>{words}<div class=scroll>{_chart(family, labels, verdict, records)}</div>"
        f"<div class=scroll><table><tr>{head}</tr>{rows}</table></div><p>{escape(UNITS)}</p>{reasons}"
    )


def _row(family: Family, label: str, verdict: Verdict, records: Records) -> str:
    option = family.options[label]
    seconds = list(records.times(option.key).values())
    cells = (
        label,
        f"{median(seconds) or 0:.2f}",
        str(len(seconds)),
        interval(verdict.to_none.get(label)),
        *figures(family.name, records.of(option.key)),
    )
    taken = " class=taken" if label == verdict.recommended else ""
    return f"<tr{taken}>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _chart(family: Family, labels: Sequence[str], verdict: Verdict, records: Records) -> str:
    """A line an option: its runs as dots, their median as a mark, on one axis of seconds from 0."""
    times = {label: list(records.times(family.options[label].key).values()) for label in labels}
    longest = max((max(seconds) for seconds in times.values()), default=1.0) or 1.0
    height = ROW * (len(labels) + 1) + 8

    def x(seconds: float) -> float:
        return LEFT + seconds / longest * (WIDTH - LEFT - 30)

    shapes = [_ticks(longest, height, x)]
    for number, label in enumerate(labels):
        y = ROW * number + ROW / 2
        color = "#2e7d32" if label == verdict.recommended else "#3465a4"
        middle = x(median(times[label]) or 0.0)
        shapes.append(f'<text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{escape(label)}</text>')
        shapes += [
            f'<circle cx="{x(one):.1f}" cy="{y}" r="4" fill="{color}" fill-opacity=".45"/>' for one in times[label]
        ]
        shapes.append(f'<path d="M{middle:.1f} {y - 9}v18" stroke="{color}" stroke-width="2.5"/>')
    title = f"Seconds of each run of {family.name}, by option"
    return (
        f'<svg role="img" aria-label="{escape(title)}" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}">{"".join(shapes)}</svg>'
    )


def _ticks(longest: float, height: int, x: Callable[[float], float]) -> str:
    """Lines at round seconds, with their numbers below."""
    step = _round_step(longest / TICKS)
    marks = [step * number for number in range(int(longest / step) + 1)]
    return "".join(
        f'<path d="M{x(at):.1f} 0v{height - ROW}" stroke="#ddd"/>'
        f'<text x="{x(at):.1f}" y="{height - 6}" text-anchor="middle">{at:g} s</text>'
        for at in marks
    )


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten, at least this."""
    power = 10.0 ** floor(log10(least)) if least > 0 else 1.0
    return next((factor * power for factor in (1, 2, 5, 10) if factor * power >= least), power)
