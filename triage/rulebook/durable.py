"""Rules for the second engine: spread over as many small networks as its limits ask for. PURE.

What a rule means is defined by `domain.condition.holds` and `compiled`; this form must find the same rules.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from operator import itemgetter

from triage.domain.facts import Facts
from triage.rulebook.durable_form import DAY, ONE, And, FieldKey, Inexpressible, Lit, Or, Translator, Tree, both
from triage.rulebook.durable_network import (
    MOST_BRANCHES,
    MOST_GROUPS,
    Branch,
    Network,
    NetworkText,
    branches,
    field_names,
    groups,
    written,
)
from triage.rulebook.faults import Finding, finding_at
from triage.rulebook.model import Rule
from triage.wording.text import Text, say

PROJECTED = "contains", "mentions", "known"


class SecondForm:
    """The active rules as the second engine takes them. `rules`: their ids by number. `networks`: to be asked each.
    `left_out`: id of a rule that does not fit to the reason; the first engine decides those alone."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        active = sorted((rule for rule in rules if rule.status == "active"), key=lambda rule: rule.id)
        self.rules = tuple(rule.id for rule in active)
        self.left_out: dict[str, Text] = {}
        self._translator = Translator()
        self._one, _ = (self._translator.fields.number(key) for key in (ONE, DAY))
        trees = self._trees(active)
        networks = self._spread(self._branches(trees))
        names = field_names(len(self._translator.fields.numbers))
        self.networks: tuple[NetworkText, ...] = tuple(written(one, names) for one in networks)
        used = sorted({field for one in networks for field in one.fields})
        self._readers = [(field, f',"{names[field]}":', self._translator.fields.reader(field)) for field in used]

    def texts(self, facts: Facts, on: date) -> tuple[str, ...] | None:
        """The case's facts as JSON, one text for each network, None when a value cannot be said. `on`: the local date
        of receipt."""
        said: dict[int, str] = {}
        try:
            for field, start, read in self._readers:
                value = read(facts, on)
                said[field] = "" if value is None else start + value
        except Inexpressible:
            return None
        return tuple('{"sid":"0","id":"0"' + "".join(map(said.__getitem__, one.fields)) + "}" for one in self.networks)

    def ids(self, numbers: Sequence[int]) -> frozenset[str]:
        """The rules that the second engine named. Raises LookupError for a number that it was not given."""
        if any(number < 0 for number in numbers):
            raise LookupError
        return frozenset(self.rules[number] for number in numbers)

    def _trees(self, active: Sequence[Rule]) -> dict[int, Tree]:
        trees: dict[int, Tree] = {}
        for number, rule in enumerate(active):
            try:
                trees[number] = both(iter((self._translator.tree(rule.when), *self._in_force(rule))))
            except Inexpressible:
                self.left_out[rule.id] = say("it compares with a number of more than 15 digits")
        return trees

    def _in_force(self, rule: Rule) -> list[Lit]:
        day = self._translator.fields.number(DAY)
        bounds = (("gte", rule.effective_from), ("lte", rule.effective_to))
        return [Lit(day, op, str(bound.toordinal())) for op, bound in bounds if bound is not None]

    def _branches(self, trees: dict[int, Tree]) -> list[tuple[int, str, Branch]]:
        """Number, name and branch: an any group at the top becomes a rule of the network for each of its items."""
        kinds = {number: key for key, number in self._translator.fields.numbers.items()}
        order = _Order(trees.values(), kinds)
        found: list[tuple[int, str, Branch]] = []
        for number, tree in trees.items():
            if tree is False:
                continue
            ordered = Lit(self._one, "eq", "1") if tree is True else order.ordered(tree)
            items: tuple[Branch, ...] = ordered.items if isinstance(ordered, Or) else (ordered,)
            named = [(number, f"{number}_{place}", item) for place, item in enumerate(items)]
            reason = next((why for *_, branch in named if (why := _too_much(branch))), None)
            if reason is None:
                found += named
            else:
                self.left_out[self.rules[number]] = reason
        return sorted(found, key=lambda one: (order.key(one[2]), one[0], one[1]))

    def _spread(self, found: list[tuple[int, str, Branch]]) -> list[Network]:
        networks: list[Network] = []
        for _, name, branch in found:
            if not networks or not networks[-1].add(name, branch):
                networks.append(Network())
                networks[-1].add(name, branch)
        return networks


def _too_much(branch: Branch) -> Text | None:
    """Why the second engine cannot take a rule, even in a network of its own."""
    if groups(branch) > MOST_GROUPS:
        return say("it has more than {most} groups of all and any", most=MOST_GROUPS)
    if branches(branch) > MOST_BRANCHES:
        return say("more than {most} of its alternatives may hold at once", most=MOST_BRANCHES)
    if not Network().add("0", branch):
        return say("it has more tests side by side than the second engine holds")
    return None


class _Order:
    """The order of tests that lets rules share most of the network: equal tests of the facts that most rules test
    first, alternatives last."""

    def __init__(self, trees: Iterable[Tree], kinds: dict[int, FieldKey]) -> None:
        self._kinds = kinds
        tops = (item for tree in trees for item in _items(tree))
        self._uses = Counter(item.field for item in tops if isinstance(item, Lit) and item.op == "eq")

    def ordered(self, branch: Branch) -> Branch:
        if isinstance(branch, Lit):
            return branch
        items = sorted(((self.key(one), one) for one in map(self.ordered, branch.items)), key=itemgetter(0))
        made = tuple(one for _, one in items)
        return And(made) if isinstance(branch, And) else Or(made)  # type: ignore[arg-type] # kinds are kept

    def key(self, branch: Branch) -> tuple[object, ...]:
        """Sorts branches; those that begin alike stand together."""
        if isinstance(branch, Lit):
            projected = self._kinds[branch.field].kind in PROJECTED
            return (0 if branch.op == "eq" else 1, projected, -self._uses[branch.field], branch.field, branch.op,
                    branch.value)  # fmt: skip
        inner = self.key(branch.items[0])
        return inner if isinstance(branch, And) else (2, *inner)


def _items(tree: Tree) -> tuple[Branch, ...]:
    """What stands at the top of a rule."""
    if isinstance(tree, bool):
        return ()
    return (tree,) if isinstance(tree, Lit) else tree.items


def beyond_second_engine(rules: Sequence[Rule]) -> list[Finding]:
    """A warning for every rule that the second engine cannot evaluate: the first one decides it alone."""
    form = SecondForm(rules)
    return [
        finding_at(
            "beyond-second-engine",
            rule.at,
            say("rule {rule} is decided by the first engine alone: {why}", rule=rule.id, why=why),
            say("split it into several rules with the same `then`"),
        )
        for rule in rules
        if rule.status == "active" and (why := form.left_out.get(rule.id)) is not None
    ]
