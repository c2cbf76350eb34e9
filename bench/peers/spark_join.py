"""Plain PySpark on defaults."""

from pathlib import Path

from pyspark.sql import SparkSession

from bench.serve import main


def start() -> SparkSession:
    return SparkSession.builder.appName("join").getOrCreate()


def work(spark: SparkSession, source: str, target: str) -> None:
    main_rows, other = (spark.read.parquet(str(Path(source, f"{name}.parquet"))) for name in ("main", "other"))
    renamed = other.withColumnsRenamed({f"col_{n}": f"other_{n}" for n in range(1, 5)})
    main_rows.join(renamed, on="col_0", how="left").write.parquet(target)


if __name__ == "__main__":
    main(start, work, SparkSession.stop)
