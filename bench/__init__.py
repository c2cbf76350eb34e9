"""The same work on this suite and on its peers, answers checked equal before a time counts.

    works/NAME.py    what is to be done, on which data, by which programs; a new work is one such file
    peers/, ours/    the programs, each usable by hand; serve.py lets a program take orders while it stays up
    programs.py, answers.py, sizes.py               what most works need
    measure.py       the rounds: programs in turn, each answer compared, each time kept at once
    whole.py, warm.py, memory.py, quiet.py, inputs.py, place.py    what one timing needs
    results.py, figures.py                          what was measured, and what follows from it
    table.py, page.py, chart.py                     how it is shown

May use anything of hotset and of its peers; nothing in src/ knows it.
"""
