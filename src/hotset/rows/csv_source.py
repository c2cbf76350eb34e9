"""A plain CSV as DuckDB reads it: every cell as text, and of each text the value that our own reader makes of it.

A text about which there is any doubt raises an error that says so; then our reader takes the file, and can say what is
wrong. So whatever comes out of here is what docs/data.md says, and a fault never does.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from hotset.columnar.exact import FALSE, TRUE
from hotset.columnar.layout import WHOLE, Column, Layout
from hotset.columnar.own_text import LARGEST_WHOLE, POINT
from hotset.columnar.values import SURE, SURE_DIGITS, UTC
from hotset.data.dataset import Dataset
from hotset.rows.duckdb_types import IN_DUCKDB, NO_COLUMN, identifier, list_files, quote

DOUBT = "hotset: a closer look is needed"
LONGEST_LINE_BYTES = 2_000_000  # that DuckDB takes by default
# Years in which no offset leads out of those that there are. Days that no month has are refused by DuckDB.
DAY = r"(?:[1-8][0-9]{3}|9[0-8][0-9]{2})-[0-9]{2}-[0-9]{2}"
TIME = r"[ T](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
OWN_WHOLE = r"0|-?[1-9][0-9]{0,17}"
OWN_DOUBLE = r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?"


def csv_relation(paths: Sequence[Path], fields: Sequence[str], layout: Layout, safe: Mapping[str, str]) -> str | None:
    """SQL of the rows of these plain files, which all have these fields; `safe` are the columns that are wanted.

    None where DuckDB cannot be the reader.
    """
    dataset = layout.dataset
    files = list_files(paths)
    if files is None or dataset.longest_line_bytes < LONGEST_LINE_BYTES or dataset.partition_by or not dataset.nulls:
        return None
    columns = [column for column in layout.columns if column.name in safe]
    if any(column.name not in fields for column in columns):
        return None
    values = [_value(column, layout, fields.index(column.name)) for column in columns]
    known = [value for value in values if value is not None]
    if len(known) < len(columns):
        return None
    named = [f"{sure} AS {identifier(safe[column.name])}" for column, (_, sure) in zip(columns, known, strict=True)]
    # a value is made once, below what looks at it: DuckDB makes it twice where it stands twice in one expression
    made = ", ".join(["*", *filter(None, (made for made, _ in known))])
    return f"SELECT {', '.join(named) or NO_COLUMN} FROM (SELECT {made} FROM {_read_csv(files, len(fields), dataset)})"


def _read_csv(files: str, fields: int, dataset: Dataset) -> str:
    columns = ", ".join(f"'f{place}': 'VARCHAR'" for place in range(fields))
    options = {
        "columns": f"{{{columns}}}",
        "auto_detect": "false",
        "header": "false",
        "skip": str(int(dataset.header)),
        "delim": quote(dataset.separator),
        "quote": "''",
        "escape": "''",
        "new_line": r"'\n'",
        "nullstr": f"[{', '.join(map(quote, dataset.nulls))}]",
        "strict_mode": "true",
    }
    return f"read_csv({files}, {', '.join(f'{name} = {value}' for name, value in options.items())})"


def _value(column: Column, layout: Layout, place: int) -> tuple[str, str] | None:
    """SQL that makes the column's value of the text, '' where that is the value; and of the value without a doubt.

    None for a column that only our reader knows.
    """
    if column.form is not None or column.comma or column.optional:
        return None
    text, value, doubt = f"f{place}", f"v{place}", f"error('{DOUBT}')"
    if column.kind == "string":
        return "", text if column.nullable else f"CASE WHEN {text} IS NULL THEN {doubt} ELSE {text} END"
    converted = convert_text(column, layout, text, value)
    if converted is None:
        return None
    made, is_sure = converted
    null = f"{text} IS NULL OR " if column.nullable else ""
    is_good = f"{null}({value} IS NOT NULL AND {is_sure})"
    return f"{made} AS {value}", f"CASE WHEN {is_good} THEN {value} ELSE {doubt} END"


def _matches(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {quote(pattern)})"


def convert_text(column: Column, layout: Layout, text: str, value: str) -> tuple[str, str] | None:
    """SQL that makes the value, null where there is none; and of when there is no doubt about `value`, if it is one.

    None for a type that only our reader knows.
    """
    if column.kind in WHOLE:
        return _whole(column, text)
    if column.kind == "double":
        return _double(column, text, value)
    if column.kind == "float":
        return f"TRY_CAST({text} AS FLOAT)", _matches(text, SURE["float"].strip("^$"))
    if column.kind.startswith("decimal"):
        return _decimal(column, text)
    if column.kind == "boolean":
        return _boolean(column, text)
    if column.kind == "date":
        return f"TRY_CAST({text} AS DATE)", _matches(text, DAY)
    return _time(column, layout, text)


def _whole(column: Column, text: str) -> tuple[str, str]:
    is_own = column.own_form is not None
    is_sure = _matches(text, OWN_WHOLE if is_own else rf"-?[0-9]{{1,{SURE_DIGITS[column.kind]}}}")
    if column.code_length:
        is_sure += f" AND NOT (starts_with({text}, '0') AND length({text}) = {int(column.code_length)})"
    return f"TRY_CAST({text} AS {IN_DUCKDB[column.kind]})", is_sure


def _double(column: Column, text: str, value: str) -> tuple[str, str]:
    made = f"TRY_CAST({text} AS DOUBLE)"
    if column.own_form is not None:
        # as both write it, in a range where neither takes an exponent
        written = f"CAST({value} AS VARCHAR)"
        own = written if column.own_form == POINT else f"regexp_replace({written}, '\\.0$', '')"
        return made, f"{_matches(text, OWN_DOUBLE)} AND {text} <> '-0' AND {text} <> '-0.0' AND {own} = {text}"
    # what DuckDB takes for a number beyond our own: inf and nan in many spellings, and 1_000
    is_sure = f"isfinite({value}) AND NOT contains({text}, '_')"
    return made, f"{is_sure} AND abs({value}) < {LARGEST_WHOLE}" if column.is_ordered_double else is_sure


def _decimal(column: Column, text: str) -> tuple[str, str] | None:
    precision, scale = column.type.precision, column.type.scale
    if precision == scale or column.own_form is not None:
        return None
    fraction = rf"(?:\.[0-9]{{1,{scale}}})?" if scale else ""
    is_sure = _matches(text, rf"-?[0-9]{{1,{precision - scale}}}{fraction}")
    return f"TRY_CAST({text} AS DECIMAL({precision}, {scale}))", is_sure


def _boolean(column: Column, text: str) -> tuple[str, str]:
    yes, no = (TRUE, FALSE) if column.own_form is None else ((one,) for one in column.own_form.split("/"))
    yes_texts, all_texts = (", ".join(map(quote, texts)) for texts in (yes, (*yes, *no)))
    return f"{text} IN ({yes_texts})", f"{text} IN ({all_texts})"


def _time(column: Column, layout: Layout, text: str) -> tuple[str, str] | None:
    """A form is a pattern: 9999-99-99T99:99:99.999Z"""
    is_local = column.kind == "timestamp_ntz"
    if not is_local and layout.zone not in UTC:
        return None
    pattern = f"{DAY}(?:{TIME}{'' if is_local else f'{ZONE}?'})?"
    is_sure = _matches(text, pattern)
    if column.own_form is not None:
        is_sure += f" AND {_matches(text, re.escape(column.own_form).replace('9', '[0-9]'))}"
    return f"TRY_CAST({text} AS {'TIMESTAMP' if is_local else 'TIMESTAMPTZ'})", is_sure
