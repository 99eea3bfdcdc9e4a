"""The figures of a benchmark as rows and bars."""

from collections.abc import Sequence
from typing import Any

from triage.adapters.pages.page import page
from triage.main.bench import Result
from triage.service.backtest.plots import Lines, bars, line_plots

RATES = ("what", "events/s: min", "median", "max", "of echo")
COSTS = ("what", "µs: service", "2nd engine", "PostgreSQL", "RSS MB", "start s")
MOST_STAGES = 12


def rates(one: Result) -> tuple[str, ...]:
    """The cells of RATES behind the first."""
    return (*(f"{rate:,.0f}" for rate in one.rates()), "-" if one.ratio is None else f"{one.ratio:.3f}")


def costs(one: Result) -> tuple[str, ...]:
    """The cells of COSTS behind the first."""
    shown = one.median
    store = "-" if shown.store_cpu is None else f"{shown.store_cpu:.0f}"
    return (f"{shown.app_cpu:.0f}", f"{shown.engine_cpu:.0f}", store, f"{shown.peak_mb:.0f}", f"{shown.ready:.1f}")


def stages(one: Result) -> list[tuple[str, float]]:
    """Stage and microseconds of the service's CPU an event, the costliest first."""
    shown = one.median
    return [(stage, share * shown.app_cpu) for stage, share in shown.stages.items()][:MOST_STAGES]


def bench_page(results: Sequence[Result], about: str) -> str:
    """The report that can be mailed."""
    own = [one for one in results if one.candidate.work != "echo"]
    spent = [
        (f"{one.candidate.what}: {part}", side, round(cost))
        for one in own
        for part, side, cost in (("service", "a", one.median.app_cpu), ("database", "b", one.median.store_cpu or 0.0))
        if cost
    ]
    values: dict[str, Any] = {
        "language": "en",
        "about": about,
        "tables": [
            (columns, [(one.candidate.what, *cells(one)) for one in results])
            for columns, cells in ((RATES, rates), (COSTS, costs))
        ],
        "rates": bars([(one.candidate.what, _side(one), round(one.rates()[1])) for one in results]),
        "costs": bars(spent),
        "stages": [(one.candidate.what, bars([(name, "a", round(cost)) for name, cost in stages(one)])) for one in own],
        "memory": [plot for one in own for plot in memory_plot(one)],
    }
    return page("bench.html", **values)


def _side(one: Result) -> str:
    return "n" if one.candidate.work == "echo" else "a"


def memory_plot(one: Result) -> list[Lines]:
    """Memory by the second; nothing for a run that was over at once."""
    name = one.candidate.what
    figures = {(name, second): round(megabytes) for second, megabytes in enumerate(one.memory)}
    return line_plots(figures, {}, [name], days=1) if len(one.memory) > 1 else []
