"""The command line: one verb a function, each calling one function of the services or of the composition root."""

from triage.cli import (
    bench,
    cases,
    check,
    clocks,
    comparing,
    database,
    demo,
    importing,
    offsets,
    quality,
    release,
    replay,
    rules,
    rules_repository,
    running,
    schemas,
    switches,
    try_text,
)
from triage.cli.start import new_app

app = new_app()
MODULES = (
    running,
    demo,
    check,
    rules,
    try_text,
    release,
    comparing,
    quality,
    rules_repository,
    cases,
    clocks,
    replay,
    switches,
    importing,
    schemas,
    database,
    offsets,
    bench,
)
for module in MODULES:
    module.add_to(app)
