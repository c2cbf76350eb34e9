"""DuckDB: read_csv with the types declared, on all cores."""

import json
from pathlib import Path

import duckdb

from bench.serve import main

TYPES = (
    "{'id': 'BIGINT', 'small': 'INTEGER', 'ratio': 'DOUBLE', 'price': 'DOUBLE', 'large': 'BIGINT', 'name': 'VARCHAR',"
    " 'kind': 'VARCHAR', 'flag': 'BOOLEAN', 'day': 'DATE', 'ts': 'TIMESTAMP'}"
)
FACTS = f"""
    select count(*) as rows, sum(id)::double as id, sum(small)::double as small, sum(ratio) as ratio,
        sum(price) as price, sum(large)::double as large, sum(length(name))::bigint as name,
        sum(length(kind))::bigint as kind, count_if(flag)::bigint as flag, max(day)::varchar as day,
        max(ts)::varchar as ts
    from read_csv(?, header = true, columns = {TYPES})
"""


def start() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def work(database: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    found = database.execute(FACTS, [str(Path(source, "clean.csv"))])
    names = [column[0] for column in found.description]
    (row,) = found.fetchall()
    Path(target).write_text(json.dumps({"file": "clean", **dict(zip(names, row, strict=True))}))


if __name__ == "__main__":
    main(start, work, duckdb.DuckDBPyConnection.close)
