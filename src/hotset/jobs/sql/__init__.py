"""SQL: a query over files."""
