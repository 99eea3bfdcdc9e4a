"""The command line: one verb a function, each calling one function of the services or of the composition root."""

from triage.cli import (
    backtest,
    bench,
    cases,
    check,
    clocks,
    comparing,
    database,
    demo,
    erase,
    examples,
    explain,
    importing,
    offsets,
    quality,
    release,
    replay,
    rules_repository,
    running,
    schemas,
    switches,
    tables,
    try_text,
)
from triage.cli.options import new_app

app = new_app()
MODULES = (
    running,
    demo,
    check,
    examples,
    try_text,
    explain,
    backtest,
    release,
    comparing,
    quality,
    tables,
    rules_repository,
    cases,
    clocks,
    replay,
    switches,
    erase,
    importing,
    schemas,
    database,
    offsets,
    bench,
)
for module in MODULES:
    module.add_to(app)
