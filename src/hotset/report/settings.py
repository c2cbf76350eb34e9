"""Settings as a table: what was asked, by whom, what is in force, and why not."""

from collections.abc import Iterable
from typing import Protocol

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hotset.report.redact import HIDDEN, is_secret_name


class Setting(Protocol):
    """One wish and what became of it."""

    @property
    def key(self) -> str: ...
    @property
    def asked(self) -> str: ...
    @property
    def by(self) -> str: ...
    @property
    def in_force(self) -> str | None: ...
    @property
    def note(self) -> str: ...


def settings_table(settings: Iterable[Setting]) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="dim", pad_edge=False)
    for column in ("setting", "asked", "by", "in force", "note"):
        table.add_column(column, overflow="fold")
    for setting in settings:
        hidden = is_secret_name(setting.key)
        asked = HIDDEN if hidden else setting.asked
        in_force = "as asked" if not setting.note else HIDDEN if hidden else setting.in_force or "not set"
        style = "yellow" if setting.note else ""
        table.add_row(*(Text(cell) for cell in (setting.key, asked, setting.by, in_force, setting.note)), style=style)
    return table
