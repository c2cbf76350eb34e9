"""Datasets at rest: list and read what is there, publish all of it or none of it.

May import `errors` and nothing else of hotset; Spark sessions are handed in.
"""
