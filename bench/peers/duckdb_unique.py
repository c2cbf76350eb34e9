"""DuckDB: SQL from file to file, on all cores."""

from pathlib import Path

import duckdb

from bench.serve import main

MEANS = ", ".join(f"avg(col_{n}) AS col_{n}" for n in range(1, 5))


def start() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def work(database: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    means = f"SELECT col_0, {MEANS} FROM '{Path(source, 'main.parquet')}' GROUP BY col_0"
    database.execute(f"COPY ({means}) TO '{target}' (FORMAT parquet)")


if __name__ == "__main__":
    main(start, work, duckdb.DuckDBPyConnection.close)
