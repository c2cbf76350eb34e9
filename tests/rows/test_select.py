"""Queries for DuckDB, held to Spark: the same names, the same types, the same rows; and what is left to Spark."""

from functools import cache
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession

from hotset.rows.condition_types import NotPortable, parse_type
from hotset.rows.duckdb_types import spark_type
from hotset.rows.select import Column, Relation, translate_query
from hotset.rows.select_text import query_roles
from hotset.session.query import run_query
from rows.test_conditions_spark import ARROW, is_same, values_of

TYPES = {
    "sales": {"id": "bigint", "shop": "string", "n": "int", "price": "double", "cost": "decimal(10,2)",
              "sold": "timestamp", "day": "date", "ok": "boolean"},
    "shops": {"code": "string", "city": "string", "id": "bigint", "size": "float"},
}  # fmt: skip
VALUES: dict[str, tuple[Any, ...]] = {
    "id": (1, 2, 3, 4, 2**40),
    "shop": ("a", "b", "", "A", "é"),
    "code": ("a", "b", "", "c", "é"),
    "city": ("Seoul", "Oslo", "it's"),
    "n": (0, 1, -5, 7, 2**31 - 1),
    "price": (0.0, -0.0, 1.5, 2.25, float("nan"), float("inf"), 1e16),
    "size": (0.0, -0.0, 1.5, float("nan")),
    "ok": (True, False),
}

PORTABLE = [
    "SELECT * FROM sales",
    "SELECT shop, n FROM sales WHERE n > 0 AND price IS NOT NULL",
    "SELECT DISTINCT shop FROM sales",
    "SELECT DISTINCT price, ok FROM sales",
    "SELECT shop, count(*) AS rows, sum(n) AS total, avg(n) AS mean, min(price) AS low, max(price) AS high FROM sales"
    " GROUP BY shop",
    "SELECT count(*) AS rows, sum(n) AS total, max(cost) AS most FROM sales WHERE n > 100000000000",
    "SELECT shop, sum(cost) AS cost, avg(price) AS price, count(DISTINCT n) AS n FROM sales GROUP BY 1",
    "SELECT price AS p, count(*) AS rows FROM sales GROUP BY p",
    "SELECT year(sold) AS y, count(price) AS n FROM sales GROUP BY year(sold) HAVING count(*) > 2",
    "SELECT shop, sum(n) / count(*) AS mean FROM sales GROUP BY shop HAVING sum(n) > 0",
    "SELECT shop, sum(n * price) AS revenue FROM sales WHERE abs(price) < 1e10 GROUP BY shop",
    "SELECT CASE WHEN n > 0 THEN 'up' ELSE 'down' END AS way, count(*) AS rows FROM sales GROUP BY 1",
    "SELECT s.shop, h.city, s.n FROM sales s JOIN shops AS h ON s.shop = h.code",
    "SELECT s.shop, h.city FROM sales s LEFT JOIN shops h ON s.shop = h.code AND h.size > 0",
    "SELECT s.shop, h.city FROM sales s RIGHT OUTER JOIN shops h ON s.shop = h.code",
    "SELECT s.shop, h.code, s.n FROM sales s FULL OUTER JOIN shops h ON s.shop = h.code AND s.id = h.id",
    "SELECT s.* FROM sales s LEFT SEMI JOIN shops h ON s.shop = h.code",
    "SELECT s.* FROM sales s LEFT ANTI JOIN shops h ON s.shop = h.code",
    "SELECT a.code, b.city AS other FROM shops a CROSS JOIN shops b",
    "SELECT * FROM sales JOIN shops USING (id)",
    "SELECT id, shop, city FROM sales LEFT JOIN shops USING (id)",
    "SELECT id, shop, city FROM sales RIGHT JOIN shops USING (id)",
    "SELECT s.price, h.city FROM sales s JOIN shops h ON s.price = h.size",
    "SELECT h.city, count(*) AS rows, sum(s.n) AS total FROM sales s JOIN shops h ON s.shop = h.code"
    " GROUP BY h.city ORDER BY rows DESC, h.city",
    "WITH big AS (SELECT * FROM sales WHERE n > 0), per AS (SELECT shop, count(*) AS rows FROM big GROUP BY shop)"
    " SELECT per.shop, per.rows, h.city FROM per LEFT JOIN shops h ON h.code = per.shop",
    "SELECT shop, rows FROM (SELECT shop, count(*) AS rows FROM sales GROUP BY shop) AS t WHERE rows > 1",
    "SELECT shop AS name FROM sales UNION ALL SELECT code FROM shops",
    "SELECT id, n, shop FROM sales ORDER BY n DESC NULLS LAST, id, shop LIMIT 7",
    "SELECT id, n FROM sales ORDER BY id, n LIMIT 5",
    "SELECT shop, count(*) AS rows FROM sales GROUP BY shop ORDER BY count(*) DESC, 1 LIMIT 3",
    "select SUM(n) as Total -- a comment\n from SALES /* and another */ as S where S.n < 10",
    "SELECT `shop` AS `an odd name`, `sold`, `day` FROM sales WHERE `day` >= DATE '2024-01-02'",
    "SELECT max(sold) AS newest, min(day) AS oldest, max(shop) AS text, min(ok) AS ok FROM sales",
    "SELECT shop FROM sales GROUP BY shop",
    "SELECT 1 AS one, shop FROM sales",
    "SELECT coalesce(shop, 'none') AS shop, sum(n) AS n FROM sales GROUP BY coalesce(shop, 'none')",
]  # fmt: skip

LEFT_TO_SPARK = {
    "SELECT id FROM sales LIMIT 5": "LIMIT without ORDER BY",
    "SELECT sum(n) FROM sales": "without a name",
    "SELECT shop, n FROM sales GROUP BY shop": "n is neither a key",
    "SELECT avg(cost) AS c FROM sales": "avg of decimal",
    "SELECT sum(shop) AS s FROM sales": "sum of string",
    "SELECT sum(DISTINCT n) AS s FROM sales": "DISTINCT",
    "SELECT id FROM sales JOIN shops ON shop = code": "id is 2 columns",
    "SELECT n AS a, id AS a FROM sales": "two columns of the name a",
    "SELECT rank() OVER (ORDER BY n) AS r FROM sales": "OVER",
    "SELECT sum(sum(n)) AS s FROM sales": "an aggregate of an aggregate",
    "SELECT n FROM sales WHERE sum(n) > 1": "an aggregate where there are no groups",
    "SELECT n FROM nowhere": "no table nowhere",
    "SELECT n FROM sales WHERE n IN (SELECT id FROM shops)": "'SELECT'",
    "SELECT n FROM sales UNION SELECT id FROM shops": "'UNION'",
    "SELECT n FROM sales UNION ALL SELECT id FROM shops": "UNION ALL of other types",
    "SELECT nothing FROM sales": "no column nothing",
    "SELECT s.n FROM sales s JOIN shops h ON 10 / s.n > 1": "can fail",
    "SELECT s.n FROM sales s FULL JOIN shops h ON s.id > h.id": "FULL JOIN",
    "SELECT n FROM sales ORDER BY price": "no column price",
    "SELECT n FROM sales, shops": "','",
    "SELECT n FROM sales GROUP BY 2": "no column 2",
    "DROP TABLE sales": "'DROP'",
    "SELECT n FROM sales; SELECT 1": "';",
    "SELECT * FROM csv.`/etc/passwd`": "csv.",
    "SELECT n FROM sales FOR UPDATE": "'FOR'",
    "SELECT count(n) FILTER (WHERE n > 1) AS c FROM sales": "'FILTER'",
    "SELECT '${env:HOME}' AS home FROM sales": "a variable",
    "(SELECT n FROM sales)": "'('",
    "SELECT n FROM sales WHERE n": "int where a condition",
}


@cache
def made_tables(rows: int) -> dict[str, pa.Table]:
    """Always the same ones of so many rows."""
    random, made = Random(rows), {}
    for table, columns in TYPES.items():
        cells = {name: [cell(random, name) for _ in range(rows if table == "sales" else 6)] for name in columns}
        made[table] = pa.table({name: pa.array(cells[name], ARROW[kind]) for name, kind in columns.items()})
    return made


def cell(random: Random, name: str) -> Any:
    if random.random() < 0.15:
        return None
    if name == "cost":
        return pa.scalar(f"{random.randrange(-9999, 9999) / 100:.2f}").cast(pa.decimal128(10, 2)).as_py()
    if name == "sold":
        return pa.scalar(random.randrange(0, 2 * 10**15), pa.timestamp("us", "UTC")).as_py()
    if name == "day":
        return pa.scalar(random.randrange(19700, 19730), pa.int32()).cast(pa.date32()).as_py()
    return random.choice(VALUES[name])


def relations() -> dict[str, Relation]:
    return {
        table: Relation(
            f'SELECT * FROM "{table}"', tuple(Column(name, name, parse_type(kind)) for name, kind in columns.items())
        )
        for table, columns in TYPES.items()
    }


def ask_duckdb(text: str, tables: dict[str, pa.Table]) -> tuple[list[str], list[str], list[tuple[Any, ...]]]:
    relation = translate_query(text, relations(), "UTC")
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'Asia/Seoul'")  # nothing may depend on it
        for name, table in tables.items():
            database.register(f"{name}_arrow", table)
            database.execute(f'CREATE TABLE "{name}" AS SELECT * FROM {name}_arrow')
        made = database.sql(relation.sql)
        kinds = [spark_type(kind) for kind in made.types]
        columns = [values_of(column) for column in made.to_arrow_table().columns]
    assert [str(column.type) for column in relation.columns if column.type] == kinds
    return [column.name for column in relation.columns], kinds, list(zip(*columns, strict=True))


def ask_spark(spark: SparkSession, text: str, frames: dict[str, DataFrame]) -> tuple[list[str], list[str], list[Any]]:
    rows = run_query(spark, text, frames)
    columns = [values_of(column) for column in rows.toArrow().columns]
    return rows.columns, [kind for _, kind in rows.dtypes], list(zip(*columns, strict=True))


@pytest.fixture(scope="module")
def frames(spark: SparkSession) -> dict[int, dict[str, DataFrame]]:
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    return {
        rows: {name: spark.createDataFrame(table).coalesce(1) for name, table in made_tables(rows).items()}
        for rows in (40, 1, 0)
    }


def in_order(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: [(cell is None, repr(0.0 if cell == 0 else cell)) for cell in row])


@pytest.mark.parametrize(
    "rows", [40, pytest.param(1, marks=pytest.mark.thorough), pytest.param(0, marks=pytest.mark.thorough)]
)
@pytest.mark.parametrize("text", PORTABLE)
def test_a_query_means_the_same_on_both_engines(
    spark: SparkSession, frames: dict[int, dict[str, DataFrame]], text: str, rows: int
) -> None:
    names, kinds, found = ask_duckdb(text, made_tables(rows))
    spark_names, spark_kinds, wanted = ask_spark(spark, text, frames[rows])

    assert (names, kinds) == (spark_names, spark_kinds)
    if "ORDER BY" not in text:
        found, wanted = in_order(found), in_order(wanted)
    assert len(found) == len(wanted)
    for row, other in zip(found, wanted, strict=True):
        assert all(map(is_alike, row, other)), (row, other)


def is_alike(one: Any, other: Any) -> bool:
    """As the documentation has it: sums of floats to twelve digits, and 0.0 for -0.0 where values are put together."""
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-12, nan_ok=True)
    return is_same(one, other)


@pytest.mark.parametrize(("text", "why"), LEFT_TO_SPARK.items())
def test_what_has_no_equal_is_left_to_spark(text: str, why: str) -> None:
    with pytest.raises(NotPortable) as raised:
        translate_query(text, relations(), "UTC")

    assert why in str(raised.value)


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("SELECT shop, sum(n) AS s FROM t GROUP BY shop", {"shop": "exact", "n": "measure"}),
        ("SELECT sum(a * b) AS s, min(c) AS c FROM t WHERE d > 1", {"a": "measure", "b": "measure", "c": "ordered",
                                                                    "d": "ordered"}),
        ("SELECT avg(t.a) AS m, t.a FROM t", {"a": "exact"}),
        ("SELECT max(a) AS m FROM t WHERE a > '1'", {"a": "exact"}),
        ("WITH u AS (SELECT sum(a) AS a FROM t) SELECT x.b FROM (SELECT b FROM u JOIN v USING (k)) AS x",
         {"a": "measure", "b": "exact", "k": "exact"}),
        ("SELECT rank() OVER (ORDER BY n) AS r FROM t", {}),
    ],
)  # fmt: skip
def test_what_becomes_of_each_column(text: str, roles: dict[str, str]) -> None:
    assert query_roles(text) == roles
