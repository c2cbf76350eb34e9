"""The values that stand in the names of directories, as Spark writes them: `day=2026-01-31/part-0`."""

from urllib.parse import unquote

NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"


def partition_of(path: str) -> dict[str, str | None]:
    """`day=2026-01-31/part-0` -> {"day": "2026-01-31"}; directories without a `=` say nothing."""
    pairs = [name.split("=", 1) for name in path.split("/")[:-1] if "=" in name]
    return {unquote(name): None if value == NULL_PARTITION else unquote(value) for name, value in pairs}
