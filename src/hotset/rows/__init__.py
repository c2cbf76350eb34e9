"""One expression over rows, for engines that exist: DuckDB on one machine, Catalyst beyond it.

A job's step is a pure function over a narwhals LazyFrame. In a run on DuckDB the frame is a plan over empty tables; its
SQL is run in one place where the sources are bound: in this process, or in one Spark task. This room may import
`columnar`, `data`, `errors`, `naming` and `account`; it opens no session.
"""
