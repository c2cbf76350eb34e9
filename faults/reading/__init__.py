"""Bad input on purpose: a second reader in plain Python, a corpus with hand-written answers, and a fuzz campaign.

The second reader (`oracle.py` and what it imports) was written from docs/data.md and knows nothing of hotset's readers.
`python -m faults.reading` holds one against the other.
"""
