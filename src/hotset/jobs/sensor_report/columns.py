"""Which columns make a reading, what they are in the files, and what is made of them.

An input's columns  --by name, by kind, and where that is not enough by a sample-->  device, time and quantities
"""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from hotset import (
    AsText,
    Dataset,
    Form,
    IsoTime,
    PatternTime,
    Unit,
    UsageError,
    WholeNumber,
    ddl,
    listed,
    quoted_if_needed,
    read_form,
)
from hotset.jobs.sensor_report.times import by_sample, doubt, of_unit

Look = Callable[[Dataset], pa.Table]  # a few of its rows
WHOLE = ("tinyint", "smallint", "int", "bigint")
INEXACT = ("float", "double")
TIMES = ("timestamp", "timestamp_ntz", "date")
TEXT_FORMATS = ("csv", "json")
NUMBER_TEXT = r"^[ \t]*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t]*$"
MOST_DIGITS = 18  # that every bigint holds


STATISTICS = ("mean", "min", "max", "std", "p50", "p95")


@dataclass(frozen=True)
class Columns:
    """The columns that make a reading: their names in the input, and the types of the input's columns."""

    device: str
    time: str
    quantities: tuple[str, ...]
    types: dict[str, str]  # in the input's order
    never_null: tuple[str, ...] = ()  # quantities that are declared so

    @property
    def names(self) -> tuple[str, ...]:
        return self.device, self.time, *self.quantities

    @property
    def declared(self) -> str:
        """The input's columns in DDL. A reading without a device or a time is none."""
        needed = (self.device, self.time, *self.never_null)
        types = {name: kind + " not null" * (name in needed) for name, kind in self.types.items() if name in self.names}
        return ddl(types)

    @property
    def inside(self) -> "Columns":
        """The same under names of ours, for who makes columns beside them."""
        names = ("device", "time", *(f"q{place}" for place in range(len(self.quantities))))
        kinds = (self.types[name] for name in self.names)
        return Columns(names[0], names[1], names[2:], dict(zip(names, kinds, strict=True)))

    @property
    def plain(self) -> str:
        """Readings as they are, in DDL."""
        types = {self.device: self.types[self.device], self.time: "timestamp"}
        return ddl(types | dict.fromkeys(self.quantities, "double"))


def report_types(columns: Columns) -> dict[str, str]:
    """The columns of the report, and their types."""
    types = {columns.device: columns.types[columns.device], "window_start": "timestamp"}
    types |= {"readings": "bigint", "duplicates": "bigint", "future": "bigint", "missing_s": "double"}
    for name in columns.quantities:
        types |= {f"{name}_count": "bigint", **{f"{name}_{statistic}": "double" for statistic in STATISTICS}}
    return types


def anomaly_types(columns: Columns) -> dict[str, str]:
    """The columns of the anomalies, and their types."""
    types = {columns.device: columns.types[columns.device], columns.time: "timestamp"}
    return types | {"quantity": "string", "kind": "string", "value": "double", "expected": "double", "score": "double"}


@dataclass(frozen=True)
class Wanted:
    """What somebody asked for."""

    device: str
    time: str
    quantities: tuple[str, ...]
    unit: Unit | None = None
    pattern: str = ""
    zone: str = "UTC"


@dataclass(frozen=True)
class Chosen:
    """The columns of a reading, and how they are read."""

    columns: Columns
    dataset: Dataset
    warnings: tuple[str, ...] = ()


def choose(found: Dataset, wanted: Wanted, look: Look) -> Chosen:
    """Raises UsageError for columns that are not there, or that no reading can have."""
    types = found.types()
    for option, name in (
        ("device", wanted.device),
        ("timestamp", wanted.time),
        *(("quantities", one) for one in wanted.quantities),
    ):
        _check_name(option, name, types)
    quantities = wanted.quantities or tuple(
        name for name, kind in types.items() if name not in (wanted.device, wanted.time) and _is_number(kind)
    )
    _check_different(wanted, quantities, types)
    _check_quantities(found, quantities, types, look)
    warnings = [] if wanted.quantities else _left_out(found, wanted, types, look)
    made = dict(types)
    time_form = _time_form(found, wanted, types[wanted.time], look, warnings)
    forms: dict[str, Form] = {wanted.time: time_form} if time_form else {}
    made[wanted.time] = "timestamp"
    made[wanted.device], form = _device(found, wanted, types[wanted.device], look)
    forms |= {wanted.device: form} if form else {}
    if found.format in TEXT_FORMATS:  # what a sample took for whole numbers may have fractions further down
        made |= {name: "double" for name in quantities if _is_number(types[name])}
    never_null = tuple(name for name in quantities if not found.schema()[name].nullable)
    columns = Columns(wanted.device, wanted.time, quantities, made, never_null)
    _check_outputs(columns)
    selected = found.select(wanted.device, wanted.time, *quantities)
    # a reading without a time is bad; one of a device that is written otherwise is not
    guesses = {name: guess for name, guess in selected.guesses.items() if name != wanted.time}
    read = replace(selected, columns=columns.declared, forms=forms, guesses=guesses)
    return Chosen(columns, read, tuple(warnings))


def texts_of(found: Dataset, names: Sequence[str], look: Look) -> list[pa.StringArray]:
    """A few values of each column, as they are written; those of rows without one are left out."""
    asked = found.select(*names)
    columns, forms = ddl(asked.declarations() | dict.fromkeys(names, "string")), dict.fromkeys(names, AsText())
    texts = replace(asked, columns=columns, forms=forms, guesses={})
    table = look(texts)
    return [table[name].combine_chunks().drop_null() for name in names]


def _is_number(kind: str) -> bool:
    return kind in (*WHOLE, *INEXACT) or kind.startswith("decimal")


def _check_name(option: str, name: str, types: dict[str, str]) -> None:
    if name in types:
        return
    folded = {one.casefold().replace("_", ""): one for one in types}
    close = difflib.get_close_matches(name.casefold().replace("_", ""), folded, n=2, cutoff=0.6)
    close = [folded[one] for one in close] or [one for one in types if one.casefold() in name.casefold()][:2]
    meant = f"did you mean {' or '.join(map(repr, close))}? " if close else ""
    raise UsageError(
        f"no column is called {name!r}; {meant}name one with --{option}; there are {listed(list(types), name)}"
    )


def _check_different(wanted: Wanted, quantities: tuple[str, ...], types: dict[str, str]) -> None:
    device, time = wanted.device, wanted.time
    if not quantities:
        others = {name: kind for name, kind in types.items() if name not in (device, time)}
        told = listed([f"{name} {kind}" for name, kind in others.items()])
        there = f"there are {told}" if others else "there is none"
        example = f"--types {quoted_if_needed(next(iter(others)))}=double" if others else "more columns"
        raise UsageError(
            f"a reading has some quantities, and beside device and time no column holds numbers: {there}; "
            f"if one should, declare it with {example}"
        )
    if len({device, time, *quantities}) < 2 + len(quantities):
        given = listed([device, time, *quantities])
        raise UsageError(f"a reading has a device, a time and some quantities, all different, got {given}")


def _check_quantities(found: Dataset, quantities: Sequence[str], types: dict[str, str], look: Look) -> None:
    for name in quantities:
        kind = types[name]
        if _is_number(kind) or kind == "boolean":
            continue
        if kind != "string" or found.format not in TEXT_FORMATS:
            raise UsageError(f"column {name!r} is {kind}, and a quantity is numbers; take another for --quantities")
        (texts,) = texts_of(found, (name,), look)
        odd = _odd(texts)
        like = f", like {odd[0].as_py()!r}" if len(odd) else ""
        raise UsageError(
            f"column {name!r} is string{like}, and a quantity is numbers; declare it with "
            f"--types {quoted_if_needed(name)}=double, then rows whose text is no number are bad rows (--max-bad), "
            f"or take another for --quantities"
        )


def _odd(texts: pa.StringArray) -> pa.StringArray:
    """Those that are no numbers."""
    return texts.filter(pc.invert(pc.match_substring_regex(texts, NUMBER_TEXT)))


def _left_out(found: Dataset, wanted: Wanted, types: dict[str, str], look: Look) -> list[str]:
    """Of columns that are mostly numbers and yet text, that they are no quantities; nobody would miss them else."""
    others = [name for name in types if name in found.guesses and name not in (wanted.device, wanted.time)]
    texts = [name for name in others if types[name] == "string"]
    if not texts:
        return []
    warnings = []
    for name, values in zip(texts, texts_of(found, texts, look), strict=True):
        odd = _odd(values)
        if len(odd) * 2 < len(values):
            like = f", as in {odd[0].as_py()!r}" if len(odd) else ""
            warnings.append(
                f"column {name!r} is left out: it is text, though most of it are numbers{like}; "
                f"--types {quoted_if_needed(name)}=double makes it a quantity"
            )
    return warnings


def _time_form(found: Dataset, wanted: Wanted, kind: str, look: Look, warnings: list[str]) -> Form | None:
    name, is_text = wanted.time, found.format in TEXT_FORMATS
    if kind not in (*TIMES, *WHOLE, "double", "string") and not kind.startswith("decimal"):
        why = ": floats are 128 seconds apart from 2004 on" if kind == "float" else ""
        raise UsageError(f"column {name!r} is {kind}, which no time is{why}; name another with --timestamp")
    if kind in TIMES and not is_text:
        if wanted.unit or wanted.pattern:
            raise UsageError(f"column {name!r} is {kind}: it needs no --time-unit and no --time-format")
        return None if kind == "timestamp" else IsoTime(wanted.zone)
    if wanted.pattern:
        return PatternTime(wanted.pattern, wanted.zone)
    (texts,) = texts_of(found, (name,), look)
    if not wanted.unit:
        return by_sample(name, texts, wanted.zone)
    warnings += filter(None, [doubt(name, texts, wanted.unit)])
    return of_unit(texts, wanted.unit)


def _device(found: Dataset, wanted: Wanted, kind: str, look: Look) -> tuple[str, Form | None]:
    """What the device becomes, and its form. Numbers that went through doubles are whole numbers again."""
    is_text, is_guessed = found.format in TEXT_FORMATS, wanted.device in found.guesses
    is_bare_text = is_guessed and found.format == "csv"  # of which nothing says a type
    if kind == "bigint" and is_bare_text:  # a row that no sample shows may have 1.0
        return kind, WholeNumber(plain=True)
    if kind in WHOLE or (kind == "string" and not is_bare_text):
        return kind, None
    if kind.startswith("decimal") and kind.endswith(",0)") and int(kind[8:-3]) > MOST_DIGITS:
        return "string", AsText()
    if kind == "string":
        (texts,) = texts_of(found, (wanted.device,), look)
        return ("bigint", WholeNumber(plain=True)) if _went_through_doubles(texts) else (kind, None)
    if kind in INEXACT or kind.startswith("decimal"):
        if is_text:
            (values,) = texts_of(found, (wanted.device,), look)
            values = values.filter(pc.match_substring_regex(values, NUMBER_TEXT))  # others are bad rows
        else:
            only = found.select(wanted.device)
            values = look(replace(only, columns=ddl(only.types())))[wanted.device].combine_chunks()
        _check_whole(wanted.device, kind, values, is_text=is_text)
        return "bigint", WholeNumber(plain=is_bare_text)
    if is_guessed and kind in ("boolean", *TIMES):  # names that look like something else
        return "string", AsText()
    raise UsageError(
        f"column {wanted.device!r} is {kind}, which names no device: whole numbers or text do; "
        + _or_as_text(wanted.device, is_text=is_text)
    )


def _went_through_doubles(texts: pa.StringArray) -> bool:
    whole = pc.all(
        pc.match_substring_regex(texts, rf"^-?(?:0|[1-9][0-9]{{0,{MOST_DIGITS - 1}}})(?:\.0+)?$"), min_count=1
    )
    return bool(whole.as_py() and pc.any(pc.match_substring(texts, ".")).as_py())


def _check_whole(name: str, kind: str, numbers: pa.Array, *, is_text: bool) -> None:
    """Raises UsageError for a number that is not whole."""
    _, faults = read_form(numbers, WholeNumber())
    if faults:
        row = min(faults)
        raise UsageError(
            f"column {name!r} is {kind}, and {numbers[row]} in it is {faults[row]}, so it names no device; "
            + _or_as_text(name, is_text=is_text)
        )


def _or_as_text(name: str, *, is_text: bool) -> str:
    another = "name another with --device"
    return (
        f"declare it with --types {quoted_if_needed(name)}=string to take it as text, or {another}"
        if is_text
        else another
    )


def _check_outputs(columns: Columns) -> None:
    """Raises UsageError for columns that the outputs cannot have."""
    others = Columns("", "\0", columns.quantities, {"": "string"})  # no column is called so
    made = {*report_types(others), *anomaly_types(others)}
    for name in (columns.device, columns.time):
        if name in made:
            raise UsageError(f"the outputs have a column {name!r} of their own, got it in the input; rename that one")
