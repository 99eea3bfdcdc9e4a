"""What tests of several folders share."""

from hypothesis import settings

pytest_plugins = ["tests.ran", "tests.fixtures"]

settings.register_profile("gate", derandomize=True)
"""The same inputs at every run: a gate that is red must be red again. `--hypothesis-profile=default` looks further."""
settings.load_profile("gate")
