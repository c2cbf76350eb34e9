"""DuckDB: SQL from file to file, on all cores."""

import duckdb

from bench.serve import main


def start() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def work(database: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    counts = f"SELECT category, count(value) AS n FROM read_csv('{source}') GROUP BY category"
    database.execute(f"COPY ({counts}) TO '{target}' (FORMAT csv)")


if __name__ == "__main__":
    main(start, work, duckdb.DuckDBPyConnection.close)
