"""The results as rows of cells, the same for the terminal and for the page."""

from faults.results import Result, RowResult

HEAD = ("row", "fault", "plain PySpark: broken", "what broke", "hotset: broken", "what broke")
NONE = "–"


def table_rows(plain: Result | None, ours: Result | None) -> list[tuple[str, ...]]:
    """One row for each fault that either was tried with, by its number."""
    results = [result.rows if result else {} for result in (plain, ours)]
    keys = sorted({key for rows in results for key in rows}, key=number)
    return [_table_row(key, *(rows.get(key) for rows in results)) for key in keys]


def number(key: str) -> tuple[int, str]:
    """`43b` comes after `43`."""
    return int(key.rstrip("b")), key


def _table_row(key: str, plain: RowResult | None, ours: RowResult | None) -> tuple[str, ...]:
    title = next(row.title for row in (ours, plain) if row)
    return key, title, share(plain), what(plain), share(ours), what(ours)


def share(row: RowResult | None) -> str:
    """`9 of 20`; that trials are missing is said."""
    if row is None:
        return NONE
    if row.not_injected:
        return "not injected"
    lacking = "" if row.complete else f", {row.wanted - row.bit:,} more wanted"
    return f"{row.failed:,} of {row.bit:,}{lacking}"


def what(row: RowResult | None) -> str:
    """`A2 6, A5 20`: how often each assertion broke; why a fault was not injected."""
    if row is None:
        return NONE
    return row.not_injected or ", ".join(f"{name} {count:,}" for name, count in row.broken.items()) or NONE


def phases(result: Result) -> list[str]:
    """Where the faults struck, a line for each row that knows."""
    known = ((key, row) for key, row in sorted(result.rows.items(), key=lambda item: number(item[0])) if row.phases)
    return [
        f"row {key}: {', '.join(f'{phase} {count:,}' for phase, count in row.phases.items())}" for key, row in known
    ]


def examples(result: Result) -> list[str]:
    """What the first failure of each row looked like."""
    broken = ((key, row) for key, row in sorted(result.rows.items(), key=lambda item: number(item[0])) if row.failures)
    return [f"row {key}: {row.failures[0]['problems'][0]}" for key, row in broken]


def conditions(result: Result) -> str:
    """What the results depend on, in a sentence."""
    machine = result.machine
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    return (
        f"{result.title}: {result.date[:10]}, seed {result.seed}, {machine['cores']} cores of {machine['processor']}, "
        f"{machine['system']}. {versions}."
    )
