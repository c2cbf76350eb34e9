"""The same work on this suite and on its peers, answers checked equal before a time counts.

May use anything of hotset and of its peers; nothing in src/ knows it.
"""
