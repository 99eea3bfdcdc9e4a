"""The command line: one verb a function, each calling one function of the services or of the composition root."""

from triage.cli import (
    bench,
    cases,
    clocks,
    database,
    demo,
    importing,
    offsets,
    quality,
    replay,
    rules,
    running,
    schemas,
    switches,
    try_text,
)
from triage.cli.start import new_app

app = new_app()
for module in (
    running,
    demo,
    rules,
    try_text,
    quality,
    cases,
    clocks,
    replay,
    switches,
    importing,
    schemas,
    database,
    offsets,
    bench,
):
    module.add_to(app)
