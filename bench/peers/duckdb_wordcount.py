"""DuckDB: the file as a table of one column, split and unnested, on all cores.

The fastest of the forms that were tried; docs/benchmarks.md has the others.
"""

import duckdb

from bench.serve import main

NEVER = "\x01"  # a delimiter that no text has, so that a line is one column


def start() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def work(connection: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    options = f"columns = {{'line': 'VARCHAR'}}, header = false, delim = '{NEVER}', quote = '', escape = ''"
    lines = f"read_csv('{source}', {options}, auto_detect = false)"
    words = f"SELECT unnest(string_split(line, ' ')) AS word FROM {lines}"
    counts = f"SELECT word, count(*) AS n FROM ({words}) WHERE word <> '' GROUP BY word"
    connection.execute(f"COPY ({counts}) TO '{target}' (FORMAT csv)")


if __name__ == "__main__":
    main(start, work, duckdb.DuckDBPyConnection.close)
