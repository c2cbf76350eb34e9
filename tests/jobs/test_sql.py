"""SQL: one answer on every engine, from checked input; and what is no query, or reaches beyond its tables."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from hotset import UsageError, cli, open_run
from hotset.job import find_job
from hotset.jobs.sql.job import Params, split_by_table
from hotset.params import named_tables, parse
from hotset.run import call_main
from test_cli import call

SALES = "id,shop,amount,note\n1,a,1.10,x\n2,b,2.5,\n3,a,oops,y\n4,c,1e3,007\n"
SHOPS = "shop,city\na,Seoul\nb,Oslo\n"
REVENUE = """-- by city
SELECT coalesce(h.city, 'nowhere') AS city, count(*) AS n, sum(s.amount) AS amount
FROM sales s LEFT JOIN shops h ON s.shop = h.shop
GROUP BY coalesce(h.city, 'nowhere') ORDER BY city;
"""
RANKED = "SELECT id, row_number() OVER (ORDER BY amount DESC) AS place FROM sales"
ENGINES: dict[str, dict[str, Any]] = {
    "local": {"engine": "local"},
    "node": {},
    "cluster": {"levels": {"x": "DISK_ONLY"}},
}


@pytest.fixture
def tables(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "sales.csv").write_text(SALES)
    (tmp_path / "shops.csv").write_text(SHOPS)
    return f"sales={tmp_path}/sales.csv", f"shops={tmp_path}/shops.csv"


def run_sql(tmp_path: Path, params: Params, engine: str = "local", **options: Any) -> tuple[list[dict[str, Any]], Any]:
    """The rows that are published, and the report."""
    with open_run("sql", report=tmp_path / "report.json", **ENGINES[engine], **options) as run:
        call_main(find_job("sql"), run, params)
    return [row for file in sorted(Path(params.output).glob("*.parquet")) for row in rows_of(file)], run.report


def rows_of(file: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    return rows


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_query_over_checked_rows(tmp_path: Path, tables: tuple[str, ...], engine: str) -> None:
    params = Params(input=tables, output=str(tmp_path / "out"), query=REVENUE, types=("sales.amount=double",))
    rows, report = run_sql(tmp_path, params, engine, max_bad=1)

    assert rows == [
        {"city": "Oslo", "n": 1, "amount": 2.5},
        {"city": "Seoul", "n": 1, "amount": 1.1},
        {"city": "nowhere", "n": 1, "amount": 1000.0},
    ]
    assert report.plan == engine
    assert [(read.counts.good, read.counts.rejected) for read in report.reads] == [(3, 1), (2, 0)]


def test_what_is_only_selected_stays_as_it_is_written(tmp_path: Path, tables: tuple[str, ...]) -> None:
    query = "SELECT id, amount, note FROM sales ORDER BY id LIMIT 1"
    rows, _ = run_sql(tmp_path, Params(input=tables, output=str(tmp_path / "out"), query=query))

    assert rows == [{"id": 1, "amount": "1.10", "note": "x"}]


def test_rows_come_in_the_order_of_the_query(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": range(50_000)}), tmp_path / "n.parquet")
    query = "SELECT n FROM t ORDER BY n % 7 DESC, n"
    rows, _ = run_sql(tmp_path, Params(input=(f"t={tmp_path}/n.parquet",), output=str(tmp_path / "o"), query=query))

    assert [row["n"] for row in rows] == sorted(range(50_000), key=lambda n: (-(n % 7), n))


def test_what_only_spark_knows_is_left_to_it(tmp_path: Path, tables: tuple[str, ...], spark: Any) -> None:
    params = Params(input=tables[:1], output=str(tmp_path / "out"), query=RANKED)
    rows, report = run_sql(tmp_path, params, "node")

    assert (len(rows), report.plan) == (4, "cluster")
    assert not spark.catalog.tableExists("sales")
    with pytest.raises(UsageError, match="the query is left to Spark: 'OVER'"):
        run_sql(tmp_path, Params(input=tables[:1], output=str(tmp_path / "o2"), query=RANKED))


def test_a_view_of_somebody_elses_is_there_afterwards(tmp_path: Path, tables: tuple[str, ...], spark: Any) -> None:
    spark.range(3).createOrReplaceTempView("sales")
    try:
        run_sql(tmp_path, Params(input=tables[:1], output=str(tmp_path / "out"), query=RANKED), "node")

        assert spark.table("sales").count() == 3
    finally:
        spark.catalog.dropTempView("sales")


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("DROP TABLE sales", "a query only reads, got 'DROP'"),
        ("INSERT INTO sales SELECT * FROM sales", "a query only reads, got 'INSERT'"),
        ("SET spark.sql.ansi.enabled=false", "a query only reads, got 'SET'"),
        ("WITH x AS (SELECT 1) INSERT INTO sales SELECT * FROM x", "a query only reads"),
        ("SELECT * FROM csv.`/etc/passwd`", "there is no table 'csv./etc/passwd'"),
        ("SELECT * FROM sales WHERE id IN (SELECT id FROM other)", "there is no table 'other'"),
        ("SELECT (SELECT max(id) FROM other) AS m, rank() OVER (ORDER BY id) AS r FROM sales", "no table 'other'"),
        ("WITH x AS (SELECT * FROM other) SELECT count(*) AS n FROM x WHERE EXISTS (SELECT 1)", "no table 'other'"),
        ("SELECT reflect('java.lang.System', 'getenv', 'HOME') AS home FROM sales", "may not call reflect"),
        ("SELECT id FROM sales WHERE java_method('java.lang.System', 'exit') IS NULL", "may not call java_method"),
        ("SELECT '${env:HOME}' AS home FROM sales", "may not use variables"),
        ("SELECT idd FROM sales", "Did you mean one of the following? [`id`"),
        ("SELECT FROM sales", "`FROM` cannot be resolved"),
        ("SELEKT id FROM sales", "not a query in Spark's SQL"),
        ("SELECT id FROM sales; SELECT id FROM sales", "not a query in Spark's SQL"),
    ],
)
def test_what_is_no_query_over_its_tables(tmp_path: Path, tables: tuple[str, ...], query: str, why: str) -> None:
    with pytest.raises(UsageError) as raised:
        run_sql(tmp_path, Params(input=tables[:1], output=str(tmp_path / "out"), query=query), "node")

    assert why in str(raised.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (("data/a.csv",), "a table is NAME=PATH"),
        (("=a.csv",), "a table is NAME=PATH"),
        (("a b=a.csv",), "a table is NAME=PATH"),
        (("a=",), "a table is NAME=PATH"),
        (("a=x.csv", "A=y.csv"), "two tables are called 'a' and 'A'"),
    ],
)
def test_what_is_no_table(values: tuple[str, ...], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        named_tables(values)


def test_tables_have_paths_and_types() -> None:
    assert named_tables(("a=x=1.csv", "b=y.csv", "a=z.csv")) == {"a": ("x=1.csv", "z.csv"), "b": ("y.csv",)}
    found = split_by_table(("a.n=decimal(12,2),b.t=date", "a.`x.y`=int"), ["a", "b"])
    assert found == {"a": ("n=decimal(12,2)", "`x.y`=int"), "b": ("t=date",)}
    with pytest.raises(UsageError, match=r"--types is like a\.id=string"):
        split_by_table(("n=int",), ["a"])


def test_a_changed_query_is_another_run(
    tmp_path: Path, tables: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "q.sql", str(tmp_path / "out")
    file.write_text("SELECT count(*) AS n FROM shops")
    command = ["run", "sql", "--file", str(file), "--input", tables[1], "--output", out, "--engine", "local"]

    first, second = call(capsys, cli.main, *command), call(capsys, cli.main, *command)
    assert (first[0], second[0]) == (0, 0)
    assert "already done" in second[1] + second[2]
    file.write_text("SELECT count(*) + 1 AS n FROM shops")
    assert call(capsys, cli.main, *command)[0] == 6
    assert call(capsys, cli.main, *command, "--if-exists", "replace")[0] == 0
    assert rows_of(next(Path(out).glob("*.parquet"))) == [{"n": 3}]


@pytest.mark.parametrize(
    ("given", "code", "why"),
    [
        (["--input", "a=nowhere.csv", "--query", "SELECT 1 AS n FROM a"], 3, "nowhere.csv"),
        (["--query", "SELECT 1 AS n FROM a"], 2, "--input"),
        (["--input", "a=a.csv"], 2, "give --file or --query"),
        (["--input", "a=a.csv", "--file", "nowhere.sql"], 3, "nowhere.sql"),
        (["--input", "a=a.csv", "--query", "SELECT 1 AS n FROM a", "--types", "b.x=int"], 2, "--types is like"),
    ],
)
def test_wrong_command_lines(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: list[str],
    code: int,
    why: str,
) -> None:
    csv.write_csv(pa.table({"x": [1]}), tmp_path / "a.csv")
    monkeypatch.chdir(tmp_path)

    found, _, err = call(capsys, cli.main, "run", "sql", *given, "--output", "out")

    assert found == code
    assert why in err


def test_an_output_apart_from_its_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    csv.write_csv(pa.table({"x": [1]}), tmp_path / "in" / "a.csv")
    given = ["--input", f"a={tmp_path}/in", "--query", "SELECT x FROM a", "--output", f"{tmp_path}/in/out"]

    found, _, err = call(capsys, cli.main, "run", "sql", *given)

    assert found == 6
    assert "in/out" in err


def test_a_table_of_several_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        csv.write_csv(pa.table({"x": [1, 2]}), tmp_path / f"{name}.csv")
    parsed = parse(
        find_job("sql"),
        ["--input", f"t={tmp_path}/a.csv", "--input", f"t={tmp_path}/b.csv", "--query", "SELECT count(*) AS n FROM t",
         "--output", str(tmp_path / "out")],
    )  # fmt: skip
    rows, _ = run_sql(tmp_path, parsed.params)

    assert rows == [{"n": 4}]
