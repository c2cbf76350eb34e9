"""Bad inputs with what must come of each, worked out by hand from docs/data.md.

Nothing here calls the second reader: the two are held against each other in tests/faults.
"""
