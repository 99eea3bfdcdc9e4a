"""The second engine as the settings ask for it."""

from importlib.util import find_spec

import structlog

from monitors.ports import Observer
from triage.adapters.durable_child.supervisor import DurableEngine, Patience
from triage.adapters.time_source import MachineTime
from triage.errors import Unreachable, WrongSettings
from triage.rulebook.decide import CompiledRulebook
from triage.settings import EngineSettings

log = structlog.get_logger()

MODULE = "durable_rules_engine"
NOT_INSTALLED = (
    "setting engine.mode: both needs the second engine, which is not installed: install the extra durable, "
    "complaint-triage[durable] (a C compiler, Python 3.12 or older), or set engine.mode to auto or compiled"
)

START_SECONDS = 10.0
"""For the second engine to be there; after that it is waited for no more, and comes when it comes."""


def is_installed() -> bool:
    """Whether the extra `durable` is there."""
    return find_spec(MODULE) is not None


def second_engine(settings: EngineSettings, observer: Observer) -> DurableEngine | None:
    """The engine, starting; None when every decision is to be made by the first alone. Raises WrongSettings."""
    if settings.mode == "compiled":
        log.info("no second engine: engine.mode is compiled", action="engine.none")
        return None
    if not is_installed():
        if settings.mode == "both":
            raise WrongSettings([NOT_INSTALLED])
        log.info("no second engine: the extra durable is not installed", action="engine.none")
        return None
    # Its waits are the machine's, also where the service's time is accelerated.
    return DurableEngine(observer, MachineTime(), Patience(answer=settings.deadline_ms / 1000))


def await_engine(engine: DurableEngine, rules: CompiledRulebook | None, settings: EngineSettings) -> None:
    """Have the rules loaded before the first event is read, so that the first decisions are evaluated twice too. Raises
    Unreachable when the settings insist on it."""
    if rules is None:  # this instance decides nothing until it can read the active revision
        return
    engine.prepare(rules)
    if not engine.wait_ready(START_SECONDS) and settings.mode == "both" and not engine.runs:
        raise Unreachable([f"engine.mode is both, and the second engine does not run: {engine.trouble}"])
