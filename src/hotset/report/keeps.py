"""What people should know of what was kept, beyond the numbers."""

from collections.abc import Iterator

from hotset.report.model import Keep
from hotset.report.terminal import counted, size

WORTH_TELLING_S = 1.0  # what keeping has cost for nothing, and a person would notice


def keep_warnings(keep: Keep) -> Iterator[str]:
    """Keeping that saved nothing, and what memory had no room for."""
    if keep.level == "NONE":
        return
    if not keep.reads:
        yield f"{keep.name!r} was kept and never read"
    if keep.reads == 1 and keep.build_seconds is not None and keep.build_seconds >= WORTH_TELLING_S:
        yield f"{keep.name!r} was kept and read once: that took {keep.build_seconds:.1f} s to build, and saved nothing"
    missing = keep.partitions - keep.partitions_stored
    if keep.evicted:
        yield (
            f"{keep.name!r}: {keep.evicted:,} of {counted(keep.partitions, 'partition')} were evicted from memory, to "
            f"be computed again when they were read; another level would have kept them on disk"
        )
    elif missing and keep.full_reads:
        yield (
            f"{keep.name!r} did not fit: {keep.partitions_stored:,} of {counted(keep.partitions, 'partition')} were "
            f"stored, and the others computed again for each reading"
        )
    if keep.memory_bytes and keep.disk_bytes:
        share = keep.disk_bytes / (keep.memory_bytes + keep.disk_bytes)
        yield f"{keep.name!r} did not fit into memory: {size(keep.disk_bytes)} of it, {share:.0%}, lay on disk"
