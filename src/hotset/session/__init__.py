"""Find a JVM, choose settings, open Spark, tell the truth about what is in force.

The only room that builds a SparkSession. May import `errors` and nothing else of hotset.
"""
