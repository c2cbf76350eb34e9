"""Conditions for DuckDB: which texts are translated, and why the others are not."""

import pytest

from hotset.rows.conditions import NotPortable, to_duckdb

COLUMNS = {
    "t": "boolean",
    "u": "boolean",
    "y": "tinyint",
    "sm": "smallint",
    "i": "int",
    "j": "int",
    "b": "bigint",
    "f": "float",
    "d": "double",
    "e": "double",
    "dc": "decimal(10,2)",
    "dw": "decimal(20,4)",
    "dx": "decimal(38,10)",
    "s": "string",
    "p": "string",
    "day": "date",
    "day2": "date",
    "ts": "timestamp",
    "ts2": "timestamp",
    "n": "timestamp_ntz",
    "date": "date",
    "my col": "int",
    "a.b": "int",
    "tick`ed": "int",
    'quo"ted': "int",
    "이름": "string",
}
OTHERS = {"arr": "array<int>", "st": "struct<a:int>", "bin": "binary", "Aa": "int", "aA": "int", "c": "char(3)"}

# texts that are translated; tests/rows/test_conditions_spark.py holds each to Spark
PORTABLE = [
    # comparisons
    "i = 5", "i = 5 -- a comment", "i /* a 'comment' */ = -- another\n 5",
    "i == 5", "i != 5", "i <> 5", "i < j", "i <= j", "i > j", "i >= j", "i <=> j", "i <=> NULL", "i = NULL",
    "i = b", "y = sm", "y < 100", "sm > -1", "b > 2147483648", "b = 9223372036854775807", "b = -9223372036854775808",
    "i = 1.0", "i > 1.5", "b > 1.5", "d > 1.5", "d = i", "d = b", "d > 1e3", "d = 1.0D", "f = d", "f > 1.5", "f = i",
    "f < b", "dc = 1", "dc > 1.234567", "dc = d", "dc < i", "dc >= b", "dc = dw", "d = e", "d < e", "d <= e",
    "d <=> e", "d = 0", "d = -0.0D", "s = p", "s < p", "s <=> p", "s = ''", "s >= 'b'", "t = true", "t = u", "t < u",
    "t <=> u", "i = j = t", "i = 5L", "i = 5S", "i = 5Y", "dc = 1.50BD", "5 < i",
    "y < 1000", "y >= 1000", "y <=> 1000", "y <= 127", "i < 3000000000", "b < 1e300", "f < 1e300", "y < 1000.5",
    "y BETWEEN 1 AND 1000", "y IN (1, 1000)", "i IN (3000000000)", "i < 3000000000.5", "dc < 99999999999.123",
    # truth
    "t", "NOT t", "!t", "NOT NOT t", "t AND u", "t OR u", "t OR u AND NOT t", "NOT t = u", "! i = j", "t AND NULL",
    "t OR NULL", "NULL AND t", "t IS TRUE", "t IS NOT TRUE", "t IS FALSE", "t IS NOT FALSE", "(i > 1) IS TRUE",
    "i IS NULL", "i IS NOT NULL", "i = j IS NULL", "NOT i IS NULL", "i IS DISTINCT FROM j", "i IS NOT DISTINCT FROM j",
    "t AND (u OR i > 5) AND s IS NOT NULL", "i > 1 AND j < 5 OR d > 0 AND t",
    # BETWEEN, IN
    "i BETWEEN 1 AND 10", "i NOT BETWEEN 1 AND 10", "NOT i BETWEEN 1 AND 10", "i BETWEEN j AND 10",
    "d BETWEEN 0 AND 1", "i BETWEEN 0.5 AND 1.5", "s BETWEEN 'a' AND 'c'", "day BETWEEN '2024-01-01' AND '2024-12-31'",
    "i BETWEEN 1 AND NULL", "i IN (1, 2, 3)", "i IN (1, NULL)", "i NOT IN (1, NULL)", "i NOT IN (0, 1)",
    "NOT i IN (1)", "i IN (1, 2.5)", "b IN (1, 2)", "d IN (0, 1.5)", "s IN ('a', 'b', NULL)", "i IN (j, 5)",
    "dc IN (1, 2.5)", "t IN (true, NULL)", "day IN ('2024-01-31', '1969-12-31')", "i IN (1,2,3,4,5,6,7,8,9,10,11,12)",
    "d IN (1.5, 0.0)",
    # LIKE, RLIKE
    "s LIKE 'a%'", "s LIKE '%a%'", "s LIKE '_'", "s LIKE 'a_c'", "s NOT LIKE '%b'", r"s LIKE '%\%%'", r"s LIKE '%\_%'",
    r"s LIKE '%\\\\%'", "s LIKE '%/%%' ESCAPE '/'", "s LIKE '%#_' ESCAPE '#'", "s LIKE ''", "s LIKE '%'",
    "s LIKE '__'", "s LIKE '%é%'", r"s LIKE r'%\\%'", "s RLIKE '^a'", "s RLIKE 'a'", "s RLIKE '^[a-c]+$'",
    r"s RLIKE '^\\d+$'", "s RLIKE '^(a|b)c?$'", "s REGEXP '^.$'", r"s RLIKE r'\s'", "s RLIKE '^a.c$|^$|b'",
    r"s RLIKE r'^\w{1,3}$'", "s RLIKE '^[^a]$'", "s NOT RLIKE 'a|b'", "s RLIKE '^.*$'", r"s RLIKE r'^.\s?.$'",
    # CASE and its like
    "CASE WHEN i > 0 THEN 'a' WHEN i < 0 THEN 'b' ELSE 'c' END", "CASE WHEN t THEN i END",
    "CASE i WHEN 1 THEN 2 ELSE b END", "CASE WHEN t THEN 1 ELSE 2.5 END", "CASE WHEN t THEN i ELSE d END",
    "CASE WHEN j <> 0 THEN i / j END", "CASE WHEN t THEN NULL ELSE i END",
    "CASE s WHEN 'a' THEN 1 WHEN 'b' THEN 2 END", "coalesce(i, j, 0)", "coalesce(i, b)", "coalesce(i, d)",
    "coalesce(dc, 0)", "coalesce(s, '')", "nvl(i, 0)", "ifnull(d, 0)", "nullif(i, 0)", "nullif(i, b)", "nullif(s, '')",
    "if(t, i, j)", "if(i > j, 'x', 'y')", "if(t, i, b)", "coalesce(i, j / 0.5D)", "coalesce(i / nullif(j, 0), 0) > 1",
    "coalesce(day, DATE '2024-01-01')",
    # arithmetic
    "i + 1", "i - 1", "i * 2", "i + j", "b + 1", "b * 2", "b - j", "-i", "-b", "- -i", "-d", "-dc", "y + y", "sm * sm",
    "y + 1", "i + 1 > 5", "b * 2 > 4", "i - 1 < 7", "2 * i > 4", "i + b", "+i > 0", "i + 2 * 3", "1 + 2", "2 - -1",
    "d + 1", "d * e", "d - e", "d + 1.5", "d + e > 0", "f + f", "f * d", "f + i", "d - d = 0", "1e308 * d", "-(i + 1)",
    "i / j", "i / 2", "d / e", "d / 2", "b / 3", "i / 2 > 1.5", "i % 2", "i % 2 = 0", "i % j", "b % 10", "d % 2",
    "d % e", "-i % 3", "b % -1", "i div 2", "b div j", "dc / d", "dc + 1", "dc - 0.005", "dc * 2", "dc * dc", "dc + i",
    "dc + dw", "dc * 1.1 > 10", "dc + d", "j <> 0 AND i / j > 1", "j = 0 OR i % j = 0", "i + j > 0 AND t",
    "i / 7 = j / 7", "i + j + b", "y * y - sm", "(i + j) * (b - 1) > 0", "d / i > 1 OR t",
    "day > '2024-01-01' AND i / 2 > 1",
    # text
    r"s = 'it\'s'", r"s = 'a\nb'", r"s = r'a\n'", 's = "double"', 's = "it\'s"', r"s = 'a\\b'", r"s = 'a\%b'",
    "s = '한'", "s || p", "s || '-' || p = 'a-b'", "concat(s, p)", "concat(s, '-', p)", "length(s)", "length(s) > 3",
    "char_length(s)", "lower(s) = 'seoul'", "upper(s) IN ('SS', 'FI', 'A')", "lower(s) LIKE '%k%'",
    "upper(s) <> 'STRASSE'", "lower(s) <=> 'i'", "upper(s) LIKE 'S%'", "lower(s) IS NULL", "trim(s)", "ltrim(s) = p",
    "rtrim(s)", "length(trim(s))", "substring(s, 1, 2)", "substr(s, 2)", "substring(s, 0, 1)", "substring(s, -2, 1)",
    "substring(s, -5, 4)", "substring(s, -2)", "substr(s, 1, 0)", "substr(s, 2, -1)", "substring(s, 0)",
    "substring(s, -100, 99)", "startswith(s, 'a')", "endswith(s, p)", "contains(s, '%')", "contains(s, '')",
    "contains(s, p)",
    # numbers
    "abs(i)", "abs(d)", "abs(dc)", "abs(b) > 5", "abs(y)", "round(d)", "round(dc, 1)", "round(dc)", "round(i)",
    "floor(d)", "ceil(d)", "floor(i)", "ceil(dc)", "floor(dc)", "ceiling(f)", "isnan(d)", "isnan(f)",
    "NOT isnan(d) AND d > 1", "isnull(i)", "isnotnull(s)", "greatest(i, j)", "least(i, b)", "greatest(d, e)",
    "least(d, e)", "greatest(i, 1.5)", "greatest(s, p)", "least(day, day2)", "greatest(i, d)", "greatest(NULL, i)",
    "round(dw, 2)", "round(d) = 2",
    # dates
    "day = DATE '2024-01-31'", "day >= '2024-01-31'", "day < day2", "day <=> day2",
    "ts >= TIMESTAMP '2024-01-31 00:00:00'", "ts < '2024-01-31 12:30:00.5'", "ts >= '2024-01-31'", "ts = ts2",
    "ts > day", "n > '2024-01-31 00:00:00'", "n > day", "n = TIMESTAMP_NTZ '1969-12-31 23:59:59.5'",
    "year(day) = 2024", "month(day)", "day(day)", "quarter(day)", "dayofmonth(day)", "dayofyear(day)",
    "dayofweek(day)", "year(ts)", "hour(ts)", "minute(ts)", "second(ts)", "hour(n)", "date_trunc('day', ts)",
    "date_trunc('MONTH', ts) = ts2", "date_trunc('week', ts)", "date_trunc('hour', ts)", "datediff(day, day2)",
    "datediff(day, DATE '2024-01-01') > 30", "date = '2024-01-31'", "date > day", "coalesce(ts, ts2)", "second(n)",
    "date_trunc('second', ts)", "date_trunc('quarter', ts)",
    # casts
    "cast(i as bigint)", "cast(b as int)", "cast(i as tinyint)", "cast(i as double)", "cast(b as double)",
    "cast(b as float)", "cast(i as string)", "cast(b as string) = '5'", "cast(t as int)", "cast(i as boolean)",
    "cast(d as int)", "cast(d as bigint)", "cast(f as double)", "cast(dc as double)", "cast(dc as decimal(20,4))",
    "cast(i as decimal(12,2))", "cast(i as decimal(5,2))", "cast(day as timestamp)", "cast(ts as date)",
    "cast(n as date)", "cast('2024-01-31' as date)", "try_cast(b as int)", "try_cast(i as tinyint)",
    "try_cast(d as bigint)", "try_cast(d as int)", "cast(NULL as int)", "CAST(ts AS DATE) = DATE '2024-01-31'",
    "year(CAST(ts AS DATE)) > 2000", "try_cast(i as decimal(5,2))",
    # names
    "`i` = 1", "I = 1", "`I` > J", "`my col` > 1", "`a.b` IS NULL", "`tick``ed` = 1", '`quo"ted` < 3', "`이름` = 'a'",
    "i=1", "i\t=\n1", "i>-1", "(((i))) = ((1))", "i<5 and j>1",
]  # fmt: skip

REFUSED = [
    # a text, and what the reason has in it
    ("", "where a value"), ("i =", "where a value"), ("= 1", "where a value"), ("i = 1;", "from ';'"),
    ("i i", "after the"), ("i = /* a /* b */ c */ 1", "from '/* a"), ("i = /*+ hint */ 1", "from '/*+"),
    ("i = 1; SELECT 1", "from ';"), ("*", "where a value"), ("i IS NULL = t", "after the expression"),
    ("t = NOT t", "where a value"), ("i BETWEEN 1 AND 2 = t", "boolean"), ("i IN ()", "where a value"),
    ("i IN (1", "the end"), ("(i, j) = (1, 2)", "','"), ("i IN (SELECT 1)", "where a value"),
    ("(SELECT 1) = i", "where a value"), ("EXISTS (SELECT 1)", "EXISTS"), ("i NOT 5", "after NOT"),
    ("i IS 5", "after IS"), ("i IS UNKNOWN", "after IS"), ("i =! j", "where a value"), ("i !> j", "after the"),
    ("i => j", "where a value"), ("i -> j", "where a value"), ("i & 1", "from '& 1"), ("i | 1", "from '| 1"),
    ("i ^ 1", "from '^"), ("~i", "from '~i"), ("i << 1", "where a value"), ("i::bigint", "from '::"),
    ("a.b = 1", "where a value"), ("st.a = 1", "where a value"),
    ("arr[0] = 1", "from '["), (":x = i", "from ':x"), ("? = i", "from '?"),
    ("i = @x", "from '@"), ("i = 5 5", "after the"), ("5i = 1", "from '5i"), ("i = 1.", "from '1."),
    ("i = .5", "from '.5"), ("i = 1_000", "from '1_000"), ("이름 = 'a'", "from \"이름"), ("naïve = 1", "from"),
    ("i = 0x1F", "from '0x1F"), ("s = X'1F'", "from \"X'1F'\""), ("s = 'a' 'b'", "side by side"),
    ("s = 'it''s'", "side by side"), (r"s = '\d'", "the escape"), (r"s = '\u0041'", "the escape"),
    (r"s = '\0'", "the escape"), ("s = 'open", "from"), ("s = '${x}'", "variable"), ("i = 128Y", "no tinyint"),
    ("i = 40000S", "no smallint"), ("i = 1F", "type float"), ("i = 1e2BD", "number"),
    ("b = 9223372036854775808L", "no bigint"), ("d = 1e999", "no double"), ("i = INTERVAL 1 DAY", "where a value"),
    ("day + INTERVAL '1' DAY > day2", "where a value"), ("current_date > day", "where a value"),
    ("day = current_date()", "CURRENT_DATE"), ("now() > ts", "function now"), ("rand() < 0.5", "function rand"),
    ("user = 'a'", "where a value"), ("sum(i) > 1", "function sum"), ("count(*) > 1", "where a value"),
    ("row_number() OVER (ORDER BY i) = 1", "after the"), ("levenshtein(s, p) < 2", "function levenshtein"),
    ("my.f(i) = 1", "where a value"), ("filter(arr, x -> x > 1)", "FILTER"), ("trim(BOTH 'x' FROM s)", "where a value"),
    ("substring(s FROM 1 FOR 2)", "FROM"), ("length(DISTINCT s)", "where a value"), ("length(s, p)", "2 arguments"),
    ("length()", "0 arguments"), ("if(t, i)", "2 arguments"), ("extract(year FROM day)", "EXTRACT"),
    ("CASE END", "where a value"), ("CASE WHEN t THEN 1", "the end"), ("CASE i END", "without WHEN"),
    ("s LIKE p", "no string literal"), (r"s LIKE 'a\\b'", "before another"), (r"s LIKE 'a\\'", "before another"),
    ("s LIKE 'a' ESCAPE 'ab'", "one character"), ("s LIKE '%' ESCAPE '%'", "ESCAPE %"), ("s ILIKE 'a'", "after the"),
    ("s LIKE ANY ('a')", "ANY"), ("i LIKE '1%'", "type int"), ("s RLIKE p", "no string literal"),
    ("s RLIKE '(?i)a'", "pattern"), (r"s RLIKE r'\bword'", "pattern"), ("s RLIKE 'a++'", "pattern"),
    ("s RLIKE 'a*?'", "pattern"), ("s RLIKE '(a$)'", "pattern"), ("s RLIKE 'a^'", "pattern"),
    ("s RLIKE '['", "pattern"), (r"s RLIKE r'\p{L}'", "pattern"), (r"s RLIKE r'(a)\1'", "pattern"),
    ("s RLIKE '[a&&b]'", "pattern"), ("s RLIKE 'é'", "pattern"), ("s RLIKE '[[:alpha:]]'", "pattern"),
    ("s RLIKE 'a{1000}'", "pattern"), ("s RLIKE '^*'", "pattern"), ("s RLIKE '(a'", "pattern"),
    ("s = 1", "string and int"), ("s = b", "string and bigint"), ("t = 1", "boolean and int"),
    ("day = 1", "date and int"), ("i IN ('1')", "int and string"), ("coalesce(i, s)", "int and string"),
    ("if(t, day, s)", "date and string"), ("i AND t", "truth value"), ("NOT i", "truth value"),
    ("s OR t", "truth value"), ("if(i, 1, 2)", "truth value"), ("i + s", "int + string"), ("day + 1", "date + int"),
    ("t + 1", "boolean + int"), ("s || i", "int where"), ("concat(s, 1)", "int where"), ("lower(s)", "beyond ASCII"),
    ("lower(s) = 'é'", "beyond ASCII"), ("lower(s) = p", "beyond ASCII"), ("lower(s) < 'a'", "beyond ASCII"),
    ("length(lower(s))", "beyond ASCII"), ("upper(s) LIKE 'a_'", "_ in it"), ("'a' = lower(s)", "beyond ASCII"),
    ("initcap(s) = 'A'", "function initcap"), ("day = '2024-1-5'", "full form"), ("day = '2024-02-30'", "is no date"),
    ("day = 'today'", "full form"), ("day = '2024-01-31 00:00:00'", "full form"),
    ("ts = '2024-01-31T00:00:00'", "full form"), ("ts = '2024-01-31 00:00:00+09:00'", "full form"),
    ("DATE 'x' = day", "full form"), ("ts = '2024-01-31 24:00:00'", "is no timestamp"),
    ("n = ts", "timestamp_ntz and timestamp"), ("day = s", "date and string"), ("hour(day)", "hour of date"),
    ("date_trunc(s, ts)", "date_trunc"), ("date_trunc('dd', ts)", "date_trunc"),
    ("date_trunc('day', day)", "date_trunc"), ("year(s)", "year of string"), ("datediff(ts, day)", "datediff"),
    ("date_add(day, 1)", "function date_add"), ("to_date(s)", "function to_date"), ("dc / 2", "of decimals"),
    ("dc % 2", "of decimals"), ("dx = 1.5D", "decimal(38,10) as double"), ("dx * dx", "38 digits"),
    ("dx + dx", "38 digits"), ("dw = d", "decimal(20,4) as double"), ("i / 0", "zero"), ("i % 0", "zero"),
    ("i / (1 - 1)", "zero"), ("2147483647 + 1", "constant"), ("i + 1 + 2", "several literals"),
    ("2 * i * 3", "several literals"), ("i + (1 + (j + 2))", "several literals"), ("NULL", "NULL without"),
    ("NULL = NULL", "NULL without"), ("coalesce(NULL, NULL)", "NULL without"), ("i / j + NULL", "can fail"),
    ("(i / j) IS NULL", "can fail"), ("false AND i / j > 1", "can fail"), ("i IN (j / 2, i + 1)", "can fail"),
    ("i BETWEEN 1 AND j + 1", "can fail"), ("d IN (1,2,3,4,5,6,7,8,9,10,11)", "more than 10"),
    ("isnan(i)", "isnan of int"), ("round(d, 2)", "round of double"), ("round(dc, -1)", "round to"),
    ("round(i, j)", "round to"), ("substring(s, i, 1)", "no integer literal"), ("abs(s)", "abs of string"),
    ("greatest(t, u)", "greatest of boolean"), ("cast(s as int)", "cast of string to int"),
    ("cast(d as string)", "cast of double"), ("cast(dc as int)", "cast of decimal"),
    ("cast(ts as string)", "cast of timestamp"), ("cast(i as array<int>)", "'<' where"),
    ("cast(i as timestamp)", "cast of int"), ("cast(d as decimal(10,2))", "cast of double"),
    ("cast(day as string)", "cast of date"), ("cast(s as varchar(3))", "cast to varchar"),
    ("try_cast(i + j as tinyint)", "can fail"), ("cast(dx as decimal(10,2))", "cast of decimal"),
    ("cast(t as string)", "cast of boolean"), ("nope = 1", "no column nope"), ("aa = 1", "differ in case only"),
    ("arr = 1", "array<int>"), ("bin = s", "binary"), ("c = 'a'", "char(3)"),
    ("b < 99999999999999999999", "the number"), ("b IN (1, 9223372036854775808)", "the number"), ("`` = 1", "from"),
    ("b < 9223372036854775807.5", "the number"), ("s RLIKE '[z-a]'", "pattern"), ("s RLIKE 'a{3,2}'", "pattern"),
    ("s RLIKE '[a-c-e]'", "pattern"), ("s RLIKE '(a{9}){9}'", "pattern"), ("s RLIKE '|a'", "pattern"),
    ("and = 1", "where a value"), ("case = 1", "where a value"), ("'a", "from"), ("- ", "where a value"),
    ("(" * 70 + "i" + ")" * 70, "levels"), ("i = 1 AND " * 2000 + "t", "characters"),
]  # fmt: skip


@pytest.mark.parametrize("text", PORTABLE)
def test_what_people_write_is_translated(text: str) -> None:
    assert to_duckdb(text, COLUMNS)


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_what_may_differ_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(NotPortable) as refused:
        to_duckdb(text, COLUMNS | OTHERS)

    assert reason in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["ts >= '2024-01-31'", "ts = TIMESTAMP '2024-01-31 00:00:00'", "ts > day", "year(ts) = 2024", "cast(ts as date)",
     "date_trunc('day', ts)", "cast(day as timestamp)", "ts IN ('2024-01-31')", "coalesce(ts, day)"],
)  # fmt: skip
def test_what_depends_on_the_time_zone_is_refused_unless_it_is_utc(text: str) -> None:
    assert to_duckdb(text, COLUMNS, "UTC")

    with pytest.raises(NotPortable, match="time zone"):
        to_duckdb(text, COLUMNS, "Asia/Seoul")


@pytest.mark.parametrize("text", ["ts = ts2", "ts IS NULL", "day = '2024-01-31'", "n > '2024-01-31'", "hour(n) = 3"])
def test_what_does_not_depend_on_the_time_zone_is_translated_in_any(text: str) -> None:
    assert to_duckdb(text, COLUMNS, "Asia/Seoul")


def test_columns_of_any_type_can_be_null() -> None:
    assert to_duckdb("arr IS NULL", OTHERS) == '("arr" IS NULL)'
    assert to_duckdb("bin IS NOT NULL", OTHERS) == '(NOT ("bin" IS NULL))'
