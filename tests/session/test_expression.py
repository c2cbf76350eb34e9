import pytest
from pyspark.sql import SparkSession

from hotset import UsageError
from hotset.session.expression import restricted_expression

HOSTILE = {
    "reflect('java.lang.System', 'getenv', 'HOME')": "may not call reflect",
    "n > length(java_method('java.lang.System', 'getenv', 'HOME'))": "may not call java_method",
    "system.builtin.TRY_REFLECT('java.lang.System', 'exit', 3) is null": "may not call TRY_REFLECT",
    "transform(array(1), x -> reflect('java.lang.System', 'getenv', 'HOME'))": "may not call reflect",
    "'${env:HOME}' = word": "may not use variables",
    "'${spark.app.name}' = word": "may not use variables",
    "exists (select * from text.`/etc/hostname`)": "may not contain a query",
    "n in (select 1)": "may not contain a query",
    "(select count(*) from csv.`/etc`) > 0": "may not contain a query",
    "n > ": "not an SQL expression",
    "1 = 1; drop table x": "not an SQL expression",
    "": "not an SQL expression",
}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_reaches_beyond_its_columns_is_refused(spark: SparkSession, text: str) -> None:
    with pytest.raises(UsageError, match=HOSTILE[text]):
        restricted_expression(spark, text)


@pytest.mark.parametrize(
    "text", ["n > 1 and word like 'a%'", "upper(word) = 'AB'", "n between 2 and 5 and not word = '$'"]
)
def test_an_expression_over_columns_is_what_spark_makes_of_it(spark: SparkSession, text: str) -> None:
    frame = spark.createDataFrame([("ab", 2), ("b", 1)], "word string, n bigint")

    rows = frame.filter(restricted_expression(spark, text)).collect()

    assert [tuple(row) for row in rows] == [("ab", 2)]


def test_sql_in_a_job_stays_plain_spark(spark: SparkSession) -> None:
    answer = spark.sql("select reflect('java.lang.Integer', 'parseInt', '7') as seven").collect()

    assert answer[0].seven == "7"
