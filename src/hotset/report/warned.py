"""What the person should know of what was read, beyond the numbers."""

import re
from collections.abc import Iterator, Sequence

from hotset.report.model import Read

# what writers leave beside data, ours and Spark's: passed over as a matter of course
COMPANION = re.compile(r"/(_MANIFEST\.json|_quarantine|_SUCCESS|\.[^/]*\.crc)$")


def read_warnings(reads: Sequence[Read]) -> Iterator[str]:
    """Rows and bytes that are not in the output, and why."""
    for read in reads:
        if read.why_not:
            yield f"read by Catalyst instead of block by block: {read.why_not}"
        if read.blocks and read.blocks_read != read.blocks:
            yield f"partly read: {read.blocks_read or 0:,} of {read.blocks:,} blocks of {', '.join(read.paths)}"
        if read.counts and read.counts.rejected:
            yield f"{read.counts.rejected:,} of {read.counts.read:,} rows of {', '.join(read.paths)} were set aside"
        if read.counts and read.counts.invalid_utf8:
            yield f"{read.counts.invalid_utf8:,} lines held invalid UTF-8; U+FFFD stands in its place"
        if odd := [one for one in read.skipped if not COMPANION.search(one[0])]:
            path, reason = odd[0]
            others = f" and {len(odd) - 1:,} more" if len(odd) > 1 else ""
            yield f"passed over {path}{others}: {reason}"
