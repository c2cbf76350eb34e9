"""What is kept in memory while a job runs, and released when it ends.

May import `errors` and `whole`, and nothing else of hotset; Spark sessions are handed in.
"""
