"""The composition root: the only importer of loops and adapters.

`running` builds, starts and stops the daemon; `tools` opens what the other verbs of the command line need.
"""
