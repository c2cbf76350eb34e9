"""What the blocks of an input held, as far as tasks read them to their ends."""

from dataclasses import dataclass

from pyspark import Accumulator, SparkContext

from hotset.columnar.blocks import Block
from hotset.columnar.records import PartCount
from hotset.data.tally import LastReport
from hotset.row_counts import RowCounts

# block -> what each of its parts held
Counts = dict[int, tuple[PartCount, ...]]


@dataclass(frozen=True)
class Finished:
    """Counts that are known already."""

    value: Counts


@dataclass(frozen=True)
class BlockCounter:
    """What was consumed of blocks: one that is read again counts once. `context` is that of the tasks that read."""

    blocks: tuple[Block, ...]
    counts: Accumulator[Counts] | Finished
    context: SparkContext | None = None

    def total(self) -> RowCounts:
        """The sums over the blocks that were read."""
        return sum((part.rows for block in self.counts.value.values() for part in block), RowCounts())

    @property
    def blocks_read(self) -> int:
        return len(self.counts.value)

    @property
    def complete(self) -> bool:
        """Whether every block was read to its end. One that holds nothing need not be."""
        return all(number in self.counts.value or not block for number, block in enumerate(self.blocks))


def count_blocks(context: SparkContext) -> Accumulator[Counts]:
    """For tasks to add to, a block at a time."""
    return context.accumulator({}, LastReport())
