"""Other people's rule engines behind one measure, for comparison only: PyPI's zen-engine and rule-engine."""

import json
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

from triage.domain.condition import All, AnyOf, Condition, Op, Test, mentions_key
from triage.domain.facts import Facts
from triage.rulebook.model import Rule
from triage.service.sample_rules import TERM_LISTS

Found = list[frozenset[str]]
Evaluate = Callable[[Sequence[Facts]], Found]
"""The ids of the rules that match each case."""

BATCH = 100
SIGNS = {Op.IS: "==", Op.IS_NOT: "!=", Op.AT_LEAST: ">=", Op.LESS_THAN: "<", Op.IN: "in"}
COLUMNS = ("category", "branch", "amount", "channel", "age", "days_open", "risk", "years")


def rival(name: str) -> Callable[[Sequence[Rule]], Evaluate] | None:
    """The engine of that name, None when it is not installed."""
    module, make = {"zen-engine": ("zen", _zen), "rule-engine": ("rule_engine", _rule_engine)}[name]
    return None if find_spec(module) is None else make


def plain(facts: Facts) -> dict[str, Any]:
    """A case as these engines take it: term lists that hit are marks, as they search no texts."""
    hits = facts[mentions_key("description")]
    found = {name.replace(".", "_"): value for name, value in facts.items() if " " not in name}
    return found | {_mark(one): one in hits for one in TERM_LISTS}


def _mark(list_id: str) -> str:
    return f"mentions_{TERM_LISTS.index(list_id)}"


def expression(condition: Condition) -> str:
    """A condition in the words that both engines share."""
    match condition:
        case All(items):
            return "(" + " and ".join(map(expression, items)) + ")"
        case AnyOf(items):
            return "(" + " or ".join(map(expression, items)) + ")"
        case Test(_, Op.MENTIONS, lists):
            return "(" + " or ".join(f"{_mark(one)} == true" for one in lists) + ")"
        case Test(fact, op, value):
            return f"{fact} {SIGNS[op]} {_literal(value)}"
        case _:
            raise NotImplementedError(condition)


def _literal(value: Any) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _rule_engine(rules: Sequence[Rule]) -> Evaluate:
    import rule_engine

    made = [(rule.id, rule_engine.Rule(expression(rule.when))) for rule in rules]
    return lambda cases: [frozenset(name for name, rule in made if rule.matches(plain(facts))) for facts in cases]


def _zen(rules: Sequence[Rule]) -> Evaluate:
    """One decision table that collects, asked in batches: the fastest of its ways."""
    import zen

    content = zen.ZenDecisionContent(json.dumps(_table(rules)))
    engine = zen.ZenEngine({"loader": lambda _: content})

    def evaluate(cases: Sequence[Facts]) -> Found:
        found: Found = []
        for start in range(0, len(cases), BATCH):
            asked: list[Any] = [{"key": "rules", "context": plain(facts)} for facts in cases[start : start + BATCH]]
            answers = engine.evaluate_batch(asked)
            found += [frozenset(row["rule"] for row in _rows(answer["data"]["result"])) for answer in answers]
        return found

    return evaluate


def _rows(result: Any) -> list[dict[str, str]]:
    return [row for row in result if row] if isinstance(result, list) else []


def _table(rules: Sequence[Rule]) -> dict[str, Any]:
    inputs = [{"id": name, "name": name, "field": name} for name in COLUMNS] + [{"id": "rest", "name": "rest"}]
    output = {"id": "rule", "name": "rule", "field": "rule"}
    content = {"hitPolicy": "collect", "inputs": inputs, "outputs": [output], "rules": [_row(rule) for rule in rules]}
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": content},
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "table"},
        {"id": "2", "sourceId": "table", "targetId": "out"},
    ]
    return {"nodes": nodes, "edges": edges}


def _row(rule: Rule) -> dict[str, str]:
    row = dict.fromkeys((*COLUMNS, "rest"), "") | {"_id": rule.id, "rule": json.dumps(rule.id)}
    rest = []
    for test in rule.when.items if isinstance(rule.when, All) else (rule.when,):
        if isinstance(test, Test) and test.fact in COLUMNS and not row[test.fact]:
            row[test.fact] = _cell(test)
        else:
            rest.append(expression(test))
    return row | {"rest": " and ".join(rest)}


def _cell(test: Test) -> str:
    if test.op in (Op.IS, Op.IN):
        return ", ".join(_literal(one) for one in (test.value if test.op is Op.IN else (test.value,)))
    return f"{SIGNS[test.op]} {_literal(test.value)}"
