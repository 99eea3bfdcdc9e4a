"""Where each test of a condition stands in its file, as people point at it: `when.any[1].all[0].line_of_business`."""

from collections.abc import Iterator

from triage.rulebook.nodes import Mapping, Node, Sequence
from triage.rulebook.read_conditions import BLOCKS


def paths_of_tests(node: Node, at: str) -> Iterator[str]:
    """The path of every test under a faultless condition, in the order of `leaf_tests`. `at`: that of the condition.
    Several tests of one fact in one place share its path."""
    if not isinstance(node, Mapping):
        return
    for key, value in node.entries.values():
        place = f"{at}.{key.text}"
        if key.text not in BLOCKS:
            yield from [place] * (len(value.entries) if isinstance(value, Mapping) else 1)
        elif isinstance(value, Sequence):
            for number, item in enumerate(value.items):
                yield from paths_of_tests(item, f"{place}[{number}]")
        else:
            yield from paths_of_tests(value, place)
