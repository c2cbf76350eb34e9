"""A report on the terminal: the tables that the job shows, then one line of summary, then where everything lies."""

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from hotset.report.model import Keep, Read, Report, Table

KEPT = ("kept", "level", "stored", "memory", "disk", "build", "reads")
MOST_TYPES = 20  # that are shown; the report has all
MOST_COLUMNS = 20  # on the terminal
UNITS = ("bytes", "kB", "MB", "GB", "TB")


def show(report: Report, report_path: str, console: Console) -> None:
    for table in report.tables:
        console.print(Text(printable(table.title), style="bold"))
        console.print(_rich_table(table))
        if more := _not_shown(table):
            console.print(Text(more, style="dim"))
    if report.keeps:
        console.print(_kept_table(report.keeps))
    for line in dict.fromkeys(_chosen(report.keeps)):
        console.print(Text(printable(line)), soft_wrap=True)
    console.print(summary(report), soft_wrap=True)
    for line in _guessed(report.reads):
        console.print(Text(printable(line)), soft_wrap=True)
    for warning in report.warnings:
        console.print(Text.assemble(("note:", "yellow"), f" {printable(warning)}"), soft_wrap=True)
    for name, place in _places(report):
        console.print(Text(printable(f"{name:<8}{place}")), soft_wrap=True)
    console.print(Text(printable(f"report  {report_path}")), soft_wrap=True)


def _places(report: Report) -> Iterator[tuple[str, str]]:
    """What lies where."""
    yield from (("output", published.path) for published in report.publishes)
    if report.quarantine:
        yield "bad", report.quarantine
    if report.event_log:
        yield "events", report.event_log


def _chosen(keeps: Sequence[Keep]) -> Iterator[str]:
    """Of each set whose level was chosen by AUTO: the level, and its inequality."""
    for keep in keeps:
        if keep.choice:
            yield f"chosen  {keep.name} {keep.choice['level']}: {keep.choice['because']}"


def _guessed(reads: Sequence[Read]) -> Iterator[str]:
    """The types of each input that nobody declared, once: id string · amount double (guessed)"""
    guessed = {read.paths: read.guessed for read in reads if read.guessed}
    for paths, types in guessed.items():
        told = [f"{name} {kind}" for name, kind in types.items()]
        more = [f"{len(told) - MOST_TYPES:,} more"] if len(told) > MOST_TYPES else []
        named = f"{' '.join(paths)}: " if len(guessed) > 1 else ""
        yield f"types   {named}{' · '.join([*told[:MOST_TYPES], *more])} (guessed)"


def summary(report: Report) -> Text:
    """One line: what was read, what was found, what was written, in how long and in how much memory."""
    parts = [f" {report.outcome} in {report.seconds:.1f} s"]
    if report.reads:
        files, read = sum(read.files for read in report.reads), sum(read.bytes for read in report.reads)
        parts.append(f"read {size(read)} in {counted(files, 'file')}")
    parts += [f"{name.replace('_', ' ')} {_value(value)}" for name, value in report.notes.items()]
    parts += [f"wrote {counted(published.rows, 'row')} as {published.format}" for published in report.publishes]
    parts.append(f"peak memory {size(report.peak_memory_bytes)}")
    return Text.assemble((report.job, "bold"), printable(" · ".join(parts)))


def size(count: float) -> str:
    """A number of bytes in decimal units: 1_234_567 -> "1.2 MB"."""
    for unit in UNITS[:-1]:
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} {UNITS[-1]}"


def counted(number: int, thing: str) -> str:
    """A number of things: 1 -> "1 row", 2000 -> "2,000 rows"."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def _value(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _rich_table(table: Table) -> RichTable:
    shown, rows = RichTable(box=SIMPLE_HEAD, header_style="dim", pad_edge=False), table.rows[: table.lines]
    for position, column in enumerate(table.columns[:MOST_COLUMNS]):
        numbers = all(isinstance(row[position], int | float) for row in rows)
        shown.add_column(_cell(column), justify="right" if numbers else "left")  # a text of ours, no markup of theirs
    for row in rows:
        shown.add_row(*map(_cell, row[:MOST_COLUMNS]))
    return shown


def _not_shown(table: Table) -> str:
    """How many rows and columns the terminal leaves out."""
    rows = max(len(table.rows) - (len(table.rows) if table.lines is None else table.lines), 0)
    columns = max(len(table.columns) - MOST_COLUMNS, 0)
    left_out = [counted(number, f"more {what}") for number, what in ((rows, "row"), (columns, "column")) if number]
    return f"… and {' and '.join(left_out)}, all in the report" if left_out else ""


def _kept_table(keeps: Sequence[Keep]) -> RichTable:
    """One line for each kept set: where it lay, how much of it, and how often it was of use."""
    shown = RichTable(box=SIMPLE_HEAD, header_style="dim", pad_edge=False)
    for column in KEPT:
        shown.add_column(column, justify="left" if column in KEPT[:2] else "right")
    for keep in keeps:
        stored = f"{keep.partitions_stored / keep.partitions:.0%}" if keep.partitions else "-"
        places = (size(count) if count else "-" for count in (keep.memory_bytes, keep.disk_bytes))
        build = "-" if keep.build_seconds is None else f"{keep.build_seconds:.1f} s"
        cells = (keep.name, keep.level, stored, *places, build, f"{keep.reads:,}" if keep.reads else "-")
        shown.add_row(*map(_cell, cells))
    return shown


def _cell(value: object) -> Text:
    """Numbers with separators; control and invisible characters as escapes, so that a cell cannot move the cursor."""
    return Text(printable(_value(value)))


def printable(text: str) -> str:
    """The text on one line, with control and invisible characters as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
