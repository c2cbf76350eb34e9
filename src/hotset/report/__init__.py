"""What a run did: the record as JSON, progress while it works, a summary for the terminal.

May import `errors` and `whole`, and nothing else of hotset. Knows no Spark.
"""
