"""What levels cost on a machine, as a table: megabytes a second, and the share that a level stores."""

from collections.abc import Iterable
from typing import Protocol

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text


class Rate(Protocol):
    """One kind of data at one level: seconds for each byte of it as objects."""

    @property
    def data(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def write_s(self) -> float: ...
    @property
    def read_s(self) -> float: ...
    @property
    def ratio(self) -> float: ...


def rates_table(rates: Iterable[Rate]) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="dim", pad_edge=False)
    for column in ("data", "level"):
        table.add_column(column)
    for column in ("writes MB/s", "reads MB/s", "stores"):
        table.add_column(column, justify="right")
    for rate in rates:
        figures = (f"{1e-6 / rate.write_s:,.0f}", f"{1e-6 / rate.read_s:,.0f}", f"{rate.ratio:.0%}")
        table.add_row(*map(Text, (rate.data, rate.level, *figures)))
    return table
