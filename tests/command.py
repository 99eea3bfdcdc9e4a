"""The whole command line, for tests that call verbs without a process of their own."""

from triage.cli.start import app_for

app = app_for(())
