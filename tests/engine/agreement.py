"""At the desk: `python -m tests.engine.agreement [DECISIONS [SEED]]` compares three evaluators on random rulebooks.

The compiled evaluator, durable_rules in its real child, and the definition of conditions, one rule at a time. Prints
how many decisions ran, over how many rulebooks, how often a rule matched, and every difference. Exit 1 for one.
"""

import sys
import time
from collections import Counter
from random import Random

from tests.engine.bare_child import BareChild, reference
from tests.engine.random_rules import random_rules
from triage.rulebook.compiled import Matcher
from triage.rulebook.durable import SecondForm
from triage.rulebook.durable_probe import Probes

CASES = 400
"""Of one rulebook."""

SIZES = (1, 2, 5, 10, 20, 20, 40, 80)
"""Rules in a rulebook, one of them by chance."""


def one_rulebook(child: BareChild, chance: Random, figures: Counter[str]) -> None:
    rules = random_rules(chance, chance.choice(SIZES))
    form, matcher, probes = SecondForm(rules), Matcher(rules), Probes(rules, chance.randrange(2**32))
    child.load(form)
    cases = [probes.case() for _ in range(CASES)]
    for case, second in zip(cases, child.ask(form, cases), strict=True):
        wanted = reference(rules, case)
        first = frozenset(rule.id for rule in matcher.matching(*case))
        figures["matches"] += len(wanted)
        figures["decisions with a match"] += bool(wanted)
        if first != wanted or second != wanted - form.left_out.keys():
            figures["differences"] += 1
            print("DIFFERENCE", sorted(wanted), sorted(first), sorted(second), case, rules)
    figures.update(
        {
            "decisions": len(cases),
            "rulebooks": 1,
            "rules": len(rules),
            "rules beyond the second engine": len(form.left_out),
            "networks": len(form.networks),
        }
    )


def main(decisions: int, seed: int) -> int:
    chance, figures, began = Random(seed), Counter[str](differences=0), time.monotonic()
    with BareChild() as child:
        while figures["decisions"] < decisions:
            one_rulebook(child, chance, figures)
            if figures["rulebooks"] % 100 == 0:
                print(f"{figures['decisions']:,} decisions, {figures['differences']} differences", file=sys.stderr)
    for name, figure in figures.items():
        print(f"{figure:>12,} {name}")
    print(f"{time.monotonic() - began:>12,.0f} seconds")
    return int(figures["differences"] > 0)


if __name__ == "__main__":
    sys.exit(main(*(int(one) for one in (*sys.argv[1:], *("1000000", "1")[len(sys.argv) - 1 :]))))
