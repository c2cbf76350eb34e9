"""The same faults against hotset and against plain PySpark; after each, the same assertions.

    rows/NAME.py     the faults: how each is injected, what must hold; a new fault is a function in one such file
    programs/        the programs that are broken: the same work by hotset, and by PySpark alone
    subjects/        what the campaign has to know of either: how it is called, where it leaves what
    campaign.py      the rounds: every trial seeded, kept at once, repeated when the fault did not bite
    scene.py, program.py, inputs.py, version.py, moment.py, disk.py    what one trial needs
    holds.py         the assertions A1 to A7
    results.py, table.py, page.py       what happened, and how it is shown
    reading/         bad input: an oracle, a corpus and a fuzzer of their own

May use anything of hotset and of bench; nothing in src/ knows it.
"""
