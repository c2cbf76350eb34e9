"""Steps over rows, written once and run by DuckDB or by Catalyst.

The room says what a step may do with a narwhals LazyFrame, so that both engines answer alike, with what plain Python
says; what they cannot do alike is refused. It may import `hotset.errors`, `hotset.data.columns`, `hotset.data.schema`
and third-party packages; it opens no session and reads no file.
"""
