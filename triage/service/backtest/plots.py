"""The plots of a report as geometry: numbers that the template puts into SVG."""

from collections.abc import Mapping, Sequence

import msgspec

WIDTH, HEIGHT = 320, 90
"""Of a line plot, in units of its own."""

BAR_WIDTH = 300
"""Of the longest bar."""


class Lines(msgspec.Struct, frozen=True):
    """Two lines over the weeks: points as `x,y x,y`. `before` is empty without a second rulebook."""

    name: str
    most: int
    after: str
    before: str


class Bar(msgspec.Struct, frozen=True):
    """A bar of a length up to BAR_WIDTH, with its figure."""

    label: str
    side: str
    value: int
    length: float


class Cell(msgspec.Struct, frozen=True):
    """A cell of a heat table. `share`: 0 to 1 of the largest."""

    value: int
    share: float


class Heat(msgspec.Struct, frozen=True):
    """From each row to each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def line_plots(
    after: Mapping[tuple[str, int], int], before: Mapping[tuple[str, int], int], names: Sequence[str], days: int = 7
) -> list[Lines]:
    """A plot of each name's figures by week."""
    weeks = {week for _, week in (*after, *before)}
    if not weeks:
        return []
    axis = range(min(weeks), max(weeks) + 1, days)
    plots = []
    for name in names:
        sides = [[side.get((name, week), 0) for week in axis] for side in (after, before)]
        most = max(max(side) for side in sides)
        if most:
            plots.append(Lines(name, most, _points(sides[0], most), _points(sides[1], most) if before else ""))
    return plots


def _points(values: Sequence[int], most: int) -> str:
    step = WIDTH / max(1, len(values) - 1)
    return " ".join(f"{place * step:.1f},{HEIGHT - value / most * HEIGHT:.1f}" for place, value in enumerate(values))


def bars(figures: Sequence[tuple[str, str, int]]) -> list[Bar]:
    """Label, side and figure of each bar, in order; the longest fills the width."""
    most = max((value for _, _, value in figures), default=0)
    return [Bar(label, side, value, value / most * BAR_WIDTH if most else 0) for label, side, value in figures]


def heat(moves: Mapping[tuple[str, str], int], order: Sequence[str]) -> Heat | None:
    """Moves from one name to another, in the order of the names; None when there is none."""
    if not moves:
        return None
    most = max(moves.values())
    columns = tuple(name for name in order if any(after == name for _, after in moves))
    rows = tuple(
        (row, tuple(Cell(value := moves.get((row, column), 0), value / most) for column in columns))
        for row in order
        if any(before == row for before, _ in moves)
    )
    return Heat(columns, rows)
