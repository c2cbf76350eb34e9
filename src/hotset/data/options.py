"""What a person says of tables that do not say it themselves: types, and how their CSV is written."""

import re
from dataclasses import dataclass, fields
from typing import Annotated, Any

from hotset.data.dataset import Dataset
from hotset.errors import UsageError

TYPE = re.compile(r"\s*(?:`(?P<quoted>(?:[^`]|``)+)`|(?P<plain>[^=]+?))\s*=\s*(?P<type>.+?)\s*", re.DOTALL)
SEPARATORS = {"tab": "\t", r"\t": "\t"}


@dataclass(frozen=True, kw_only=True)
class CsvOptions:
    """How CSV is written, where it is not as RFC 4180 has it."""

    separator: Annotated[str, "CSV: what stands between cells: ';', '|', tab; by default a comma, in .tsv a tab"] = ""
    quote: Annotated[str, "CSV: what stands around cells; none if nothing is quoted; by default the double quote"] = ""
    no_header: Annotated[bool, "CSV: the first line is a row; columns are called _1, _2, … or as --columns says"] = (
        False
    )
    multiline: Annotated[bool, "CSV: quoted cells may hold line ends"] = False
    null: Annotated[tuple[str, ...], "CSV: how it says that there is no value, as in NA; may be repeated"] = ()
    encoding: Annotated[str, "how text is encoded, as in latin-1 or utf-16; by default UTF-8"] = ""
    decimal_comma: Annotated[bool, "CSV: numbers are written as in 1.234,56"] = False
    skip: Annotated[int, "CSV: how many lines stand before the header"] = 0

    def csv_facts(self) -> dict[str, Any]:
        """What was said, in the words of a Dataset."""
        facts: dict[str, Any] = {}
        if self.separator:
            facts["separator"] = SEPARATORS.get(self.separator, self.separator)
        if self.quote:
            facts["quote"] = "" if self.quote == "none" else self.quote
        if self.null:
            facts["null"] = ("", *self.null)
        for name in ("multiline", "encoding", "decimal_comma", "skip"):
            if value := getattr(self, name):
                facts[name] = value
        return facts | ({"header": False} if self.no_header else {})

    def check(self) -> None:
        """Raises UsageError for what no CSV is written with, and for no encoding; nothing is read for that."""
        Dataset("value string", "csv", **{"separator": "\t" if self.quote == "," else ",", **self.csv_facts()})

    def given(self) -> list[str]:
        """The options that were given, as one writes them."""
        return [f"--{one.name.replace('_', '-')}" for one in fields(CsvOptions) if getattr(self, one.name)]


@dataclass(frozen=True, kw_only=True)
class TableOptions(CsvOptions):
    """The options of every job that reads a table; a job's `Params` inherits them."""

    columns: Annotated[
        str, "all columns that are read, with their types: 'id bigint, note string'; nothing is guessed then"
    ] = ""
    types: Annotated[tuple[str, ...], "types of single columns, not guessed: id=string,when=timestamp"] = ()

    def check(self) -> None:
        super().check()
        self.declared_types()

    def declared_types(self) -> dict[str, str]:
        """`--types` -> column: type. Raises UsageError."""
        types: dict[str, str] = {}
        for text in (part for given in self.types for part in split_outside(given)):
            match = TYPE.fullmatch(text)
            if not match:
                raise UsageError(f"--types is like id=string,amount=decimal(12,2), got {text!r}")
            name = match["plain"] or match["quoted"].replace("``", "`")
            if name in types:
                raise UsageError(f"--types has {name!r} twice; name it once")
            types[name] = match["type"]
        return types


def split_outside(text: str) -> list[str]:
    """`a=decimal(12,2),b=string` -> its parts: commas inside of brackets and back-ticks belong to a part."""
    parts, depth, quoted = [""], 0, False
    for character in text:
        quoted ^= character == "`"
        if not quoted:
            depth += (character in "(<") - (character in ")>")
        if character == "," and not depth and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if part.strip()]
