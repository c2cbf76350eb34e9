"""Rows: what a job says about rows once, and each engine runs as its own.

A condition or an expression in Spark's SQL is said in DuckDB's, for the part of the language in which both give the
same value for every row; anything else is refused with its reason, and Spark then does the work. Nothing here opens a
session or reads a file. May import `hotset.errors`, `hotset.data.columns`, `hotset.data.schema` and packages that are
not ours.
"""
