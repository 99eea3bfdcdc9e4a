"""Boxes: a condition as a union of products, one region a fact; and what can be known of it that way."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Test
from triage.domain.facts import Facts
from triage.rulebook.analysis.entries import Entries
from triage.rulebook.analysis.universe import GaveUp, Piece, Universe

MOST_BOXES = 400
"""With more boxes than that nothing is said: it would take too long."""

Box = dict[str, Any]
"""Region by fact; a fact that is not there may be anything."""

EVERYTHING: list[Box] = [{}]


def boxes_of(universe: Universe, condition: Condition) -> list[Box]:
    """Where the condition holds; none: nowhere. Raises GaveUp."""
    return narrowed(universe, EVERYTHING, condition)


def boxes_or_none(universe: Universe, condition: Condition) -> list[Box] | None:
    """Where the condition holds; None: it cannot be told."""
    try:
        return boxes_of(universe, condition)
    except GaveUp:
        return None


def narrowed(universe: Universe, boxes: list[Box], condition: Condition, *, holds: bool = True) -> list[Box]:
    """What is left of the boxes where the condition holds, or where it does not. Raises GaveUp."""
    match condition:
        case Test():
            pieces = universe.pieces(condition, holds=holds)
            found = [met for box in boxes for piece in pieces if (met := meet(box, piece)) is not None]
        case Always():
            found = boxes if holds else []
        case All(items):
            found = _every(universe, boxes, items, holds=True) if holds else _some(universe, boxes, items, holds=False)
        case AnyOf(items):
            found = _some(universe, boxes, items, holds=True) if holds else _every(universe, boxes, items, holds=False)
        case NoneOf(items):
            found = _every(universe, boxes, items, holds=False) if holds else _some(universe, boxes, items, holds=True)
    if len(found) > MOST_BOXES:
        raise GaveUp(f"{len(found)} boxes")
    return found


def _every(universe: Universe, boxes: list[Box], items: Iterable[Condition], *, holds: bool) -> list[Box]:
    for item in items:
        if not boxes:
            break
        boxes = narrowed(universe, boxes, item, holds=holds)
    return boxes


def _some(universe: Universe, boxes: list[Box], items: Iterable[Condition], *, holds: bool) -> list[Box]:
    found: list[Box] = []
    for item in items:
        found += (box for box in narrowed(universe, boxes, item, holds=holds) if box not in found)
    return found


def meet(box: Box, piece: Piece) -> Box | None:
    """What is in both, None when nothing is."""
    met = {**box}
    for key, region in piece.items():
        known = met.get(key)
        both = region if known is None else known.meet(region)
        if both.is_empty:
            return None
        met[key] = both
    return met


def overlap(some: Sequence[Box], others: Sequence[Box]) -> Box | None:
    """A box inside one of each, None when they have nothing in common."""
    return next((met for one in some for other in others if (met := meet(one, other)) is not None), None)


def implies(universe: Universe, boxes: list[Box], condition: Condition) -> bool:
    """Whether the condition holds everywhere in the boxes. Raises GaveUp."""
    return not narrowed(universe, boxes, condition, holds=False)


def witness(box: Box) -> Facts | None:
    """Facts inside the box, as few as will do; None when a value cannot be named."""
    facts: Facts = {}
    for key, region in box.items():
        if isinstance(region, Entries):
            value: Any = region.sample()
            if value:
                facts[key] = frozenset(value) if key.endswith(" mentions") else value
        elif not region.absent:
            value = region.values.sample()
            if value is None:
                return None
            facts[key] = value
    return facts


class Left(msgspec.Struct, frozen=True):
    """What earlier conditions leave of one. `boxes`: where it is the first to hold; None: it cannot be told.
    `covered_by`: the indexes of those that leave nothing of it, when they do."""

    boxes: list[Box] | None
    covered_by: tuple[int, ...] = ()


def left_by_earlier(universe: Universe, conditions: Sequence[Condition]) -> list[Left]:
    """Of a list of which only the first that holds counts, where each one does."""
    boxes = [boxes_or_none(universe, condition) for condition in conditions]
    return [_left(universe, own, list(zip(conditions, boxes, strict=True))[:index]) for index, own in enumerate(boxes)]


def _left(universe: Universe, own: list[Box] | None, earlier: Sequence[tuple[Condition, list[Box] | None]]) -> Left:
    if not own:
        return Left(own)
    left, used, exact = own, [], True
    for at, (condition, boxes) in enumerate(earlier):
        if boxes is not None and overlap(left, boxes) is None:
            continue
        try:
            left = narrowed(universe, left, condition, holds=False)
        except GaveUp:
            exact = False
            continue
        used.append(at)
        if not left:
            return Left([], _needed(universe, own, {index: earlier[index][0] for index in used}))
    return Left(left if exact else None)


def _needed(universe: Universe, own: list[Box], covering: dict[int, Condition]) -> tuple[int, ...]:
    """Those of the covering conditions without which something would be left."""
    for at in [*covering]:
        others = tuple(condition for index, condition in covering.items() if index != at)
        try:
            if not narrowed(universe, own, NoneOf(others)):
                del covering[at]
        except GaveUp:
            continue
    return tuple(covering)
