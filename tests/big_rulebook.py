"""Big rulebooks in the shape of the shipped one: as many rules as wanted, each with an example that fires it and one
that does not. `python -m tests.big_rulebook DIRECTORY NUMBER` writes one."""

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.builders_rules import FACTS, POLICIES, sound_rules
from triage.domain.facts import CAUSES, CHANNELS, CIRCUMSTANCES, LINES_OF_BUSINESS

RULES_A_FILE = 100

RULE = """\
  - id: rule-{number}
    title: {{en: Rule {number}, zh-Hans: 规则 {number}}}
    why: A desk of this size has as many matters.
    source: {{title: Complaint standard, section: "{number}", grade: internal}}
    when: {when}
    then: {{{then}}}
    examples:
      - {{given: {{{fires}}}, expect: {{fires: true}}}}
      - {{given: {{{silent}}}, expect: {{fires: false}}}}
"""

Shape = tuple[str, str, str]
"""Condition, what fires it, what does not."""


def _cause_and_line(draw: Random, number: int) -> Shape:
    cause, line = draw.choice(CAUSES), draw.choice(LINES_OF_BUSINESS)
    when = f"{{causes: {{contains: {cause}}}, line_of_business: {line}, respondent: branch-{number}}}"
    fires = f"causes: [{cause}], line_of_business: {line}, respondent: branch-{number}"
    return when, fires, f"causes: [{cause}], respondent: branch-{number}"


def _amount(draw: Random, number: int) -> Shape:
    least = draw.randrange(1, 2000) * 1000 + number
    line = draw.choice(LINES_OF_BUSINESS)
    when = f"{{amount_disputed: {{at_least: {least} CNY, at_most: {least + 900} CNY}}, line_of_business: {line}}}"
    fires = f"amount_disputed: {least} CNY, line_of_business: {line}"
    return when, fires, f"amount_disputed: {least - 1} CNY, line_of_business: {line}"


def _words_or_cause(draw: Random, number: int) -> Shape:
    cause, channel = draw.choice(CAUSES), draw.choice(CHANNELS)
    when = (
        f"{{claim_no: C-{number}, any: [{{causes: {{contains: {cause}}}}}, {{all: [{{channel: {channel}}},"
        " {description: {mentions: medical}}]}]}"
    )
    return when, f"claim_no: C-{number}, causes: [{cause}]", f"claim_no: C-{number}, channel: {channel}"


def _customer(draw: Random, number: int) -> Shape:
    circumstance, age = draw.choice(CIRCUMSTANCES), draw.randrange(60, 100)
    when = (
        f"{{policy_no: P-{number}, none: [{{nature: petition}}, {{reopened: {{at_least: 2}}}}],"
        f" any: [{{customer.age: {{at_least: {age}}}}}, {{customer.circumstances: {{contains: {circumstance}}}}}]}}"
    )
    return when, f"policy_no: P-{number}, customer.age: {age}", f"policy_no: P-{number}, customer.age: {age - 1}"


def _channel_and_cause(draw: Random, number: int) -> Shape:
    channels, cause = draw.sample(CHANNELS, 2), draw.choice(CAUSES)
    when = f"{{channel: [{', '.join(channels)}], causes: {{contains_any: [{cause}]}}, group_size: {number + 2}}}"
    fires = f"channel: {channels[0]}, causes: [{cause}], group_size: {number + 2}"
    return when, fires, f"channel: {channels[0]}, causes: [{cause}], group_size: {number + 3}"


SHAPES: tuple[Callable[[Random, int], Shape], ...] = (
    _cause_and_line, _amount, _words_or_cause, _customer, _channel_and_cause,
)  # fmt: skip
THENS = (
    "department: claims, tags: [t-{n}]", "department: care, team: illness", "priority: high, tags: [t-{n}]",
    "priority: urgent, handler: dedicated", "department: claims, team: motor, priority: high",
    "department: care, team: elderly", "department: coordination, team: intake",
)  # fmt: skip


def big_rulebook(number: int, seed: int = 1) -> dict[str, bytes]:
    """A faultless folder with so many rules, by path; the same every time."""
    draw = Random(seed)
    rules = [_rule(draw, one) for one in range(number)]
    parts = range(0, number, RULES_A_FILE)
    texts = {f"triage/part-{part}.yaml": "rules:\n" + "".join(rules[part : part + RULES_A_FILE]) for part in parts}
    texts["sla/policies.yaml"] = POLICIES.replace("  - id: contact\n", "  - id: contact\n    applies_when: always\n")
    texts["facts.yaml"] = FACTS
    return {path: text for path, text in sound_rules().items() if path != "triage/rules.yaml"} | {
        path: text.encode() for path, text in texts.items()
    }


def _rule(draw: Random, number: int) -> str:
    when, fires, silent = SHAPES[number % len(SHAPES)](draw, number)
    then = draw.choice(THENS).replace("{n}", str(number))
    return RULE.format(number=number, when=when, then=then, fires=fires, silent=silent)


def main() -> None:
    directory, number = Path(sys.argv[1]), int(sys.argv[2])
    for path, content in big_rulebook(number).items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(content)


if __name__ == "__main__":
    main()
