"""What hotset is compared with, each written as its author would: `python -m bench.peers.NAME INPUT OUTPUT`."""
