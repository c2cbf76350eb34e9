"""What the blocks of an input held, as far as tasks read them to their ends."""

from dataclasses import fields

from pyspark import Accumulator, SparkContext

from hotset.columnar.blocks import Block
from hotset.columnar.records import PartCount
from hotset.data.tally import LastReport

# block -> what each of its parts held
Counts = dict[int, tuple[PartCount, ...]]


class BlockCounter:
    """Counts what Python workers consumed, a block at a time: one that is read again counts once."""

    def __init__(self, context: SparkContext, blocks: tuple[Block, ...]) -> None:
        self.blocks, self.context = blocks, context
        self.counts: Accumulator[Counts] = context.accumulator({}, LastReport())

    def total(self) -> PartCount:
        """The sums over the blocks that were read."""
        parts = [part for block in self.counts.value.values() for part in block]
        return PartCount(*(sum(getattr(part, entry.name) for part in parts) for entry in fields(PartCount)))

    @property
    def blocks_read(self) -> int:
        return len(self.counts.value)

    @property
    def complete(self) -> bool:
        """Whether every block was read to its end. One that holds nothing need not be."""
        return all(number in self.counts.value or not block for number, block in enumerate(self.blocks))
