"""The fast lane: Spark schedules one task for each block of the input, a kernel turns the block into Arrow batches.

The room cuts listed files into blocks, reads a block in a worker as pieces that any kernel can rely on, counts what was
read, and hands Spark the batches. It may import `hotset.data` and `hotset.errors`; it knows no job.
"""
