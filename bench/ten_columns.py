"""The columns of the CSV that the work `reading` reads; without an import, for every program's start."""

COLUMNS = (
    "id bigint, small int, ratio double, price double, large bigint, "
    "name string, kind string, flag boolean, day date, ts timestamp"
)
SUMMED = ("id", "small", "ratio", "price", "large")
