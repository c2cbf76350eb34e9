"""DuckDB: SQL from file to file, on all cores."""

from pathlib import Path

import duckdb

from bench.serve import main

COLUMNS = ", ".join(["l.*", *(f"r.col_{n} AS other_{n}" for n in range(1, 5))])


def start() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def work(database: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    left, right = (f"'{Path(source, f'{name}.parquet')}'" for name in ("main", "other"))
    joined = f"SELECT {COLUMNS} FROM {left} AS l LEFT JOIN {right} AS r ON l.col_0 = r.col_0"
    database.execute(f"COPY ({joined}) TO '{target}' (FORMAT parquet)")


if __name__ == "__main__":
    main(start, work, duckdb.DuckDBPyConnection.close)
