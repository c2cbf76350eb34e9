"""One answer: random tables through a job on every engine, from files to published files, against plain Python.

`tables` draws them, `group_oracle` and `join_oracle` say what has to come out, `__main__` runs any number of them.
"""
