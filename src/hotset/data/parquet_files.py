"""How Parquet is written, where somebody cares."""

from dataclasses import dataclass
from typing import Literal

Codec = Literal["none", "snappy", "lz4", "zstd"]
NAMES: dict[Codec, str] = {"none": "uncompressed", "lz4": "lz4_raw", "snappy": "snappy", "zstd": "zstd"}


@dataclass(frozen=True)
class ParquetFiles:
    """Compressed so; about so many rows in each file, 0 for whatever comes."""

    codec: Codec = "snappy"
    rows_per_file: int = 0

    @property
    def compression(self) -> str:
        """As Spark and DuckDB call it."""
        return NAMES[self.codec]
