"""The second engine's network, as far as its limits go.

durable_rules 2.0.28 checks few of its limits and some of them wrongly: a full list is read behind its end, a full table
is searched for ever. So a network is modelled before it is built, node by node as `createAlpha` of the engine's rete.c
links them, and never comes near a limit.
"""

import msgspec

from triage.rulebook.durable_form import And, Lit, Or

MOST_RULES = 3500
"""Of one network; the engine's limit is 4,096 (MAX_ACTIONS)."""

MOST_TESTS = 480
"""Distinct tests behind one node; at 512 (NEXT_BUCKET_LENGTH) the engine searches for ever."""

MOST_ALTERNATIVES = 110
"""`any` groups behind one test; at 128 (NEXT_LIST_LENGTH) the engine reads behind the list."""

MOST_ENDS = 240
"""Rules that end in one and the same list of tests; at 256 (BETA_LIST_LENGTH) the engine dies."""

MOST_WAITING = 60
"""Nodes that wait at once while one fact is matched; at 64 (MAX_STACK_SIZE) the engine gives the fact up."""

MOST_GROUPS = 14
"""all and any groups of one rule; two of 32 expressions each (MAX_SEQUENCE_EXPRESSIONS)."""

MOST_BRANCHES = 60
"""How often one fact may fire one rule: once for each way through its any groups."""

MOST_FIELDS = 200
"""Of one fact; the engine's limit is 255 (MAX_OBJECT_PROPERTIES)."""

Branch = Lit | And | Or


class _Node:
    """A test, or the place where the branches of an any group meet."""

    __slots__ = ("alternatives", "ends", "equal", "need", "others", "tests")

    def __init__(self) -> None:
        self.tests: dict[Lit, _Node] = {}
        self.alternatives: list[_Node] = []
        self.ends = 0
        self.equal: set[int] = set()
        self.others = 0
        self.need = 0

    def child(self, test: Lit) -> "_Node":
        if test not in self.tests:
            self.tests[test] = _Node()
            if test.op == "eq":
                self.equal.add(test.field)  # of one field one value at most is met
            else:
                self.others += 1
        return self.tests[test]

    def settle(self) -> bool:
        """Reckon anew how many nodes may wait at once below this one; False when a limit is near."""
        width = len(self.equal) + self.others + len(self.alternatives)
        below = max((one.need for one in (*self.tests.values(), *self.alternatives)), default=0)
        self.need = width - 1 + below if width else 0
        full = len(self.tests) > MOST_TESTS or len(self.alternatives) > MOST_ALTERNATIVES or self.ends > MOST_ENDS
        return not full and max(width, self.need) <= MOST_WAITING


class Network:
    """One network while rules are put into it."""

    def __init__(self) -> None:
        self._root = _Node()
        self.rules: dict[str, Branch] = {}
        self.fields: set[int] = set()

    def add(self, name: str, branch: Branch) -> bool:
        """Put a rule in; False when the network would come near a limit: the rule is not in it then, and it takes no
        further one."""
        touched = [self._root]
        end = _link(branch, self._root, touched)
        end.ends += 1
        fields = self.fields | fields_of(branch)
        fits = [node.settle() for node in reversed(touched)]
        if not all(fits) or len(fields) > MOST_FIELDS or len(self.rules) >= MOST_RULES:
            return False
        self.rules[name] = branch
        self.fields = fields
        return True


def _link(branch: Branch, parent: _Node, touched: list[_Node]) -> _Node:
    """Where the branch ends. `touched` gets every node on the way, parents before what hangs below them."""
    match branch:
        case Lit():
            node = parent.child(branch)
        case And(items):
            for item in items:
                parent = _link(item, parent, touched)
            return parent
        case Or(alternatives):
            node = _Node()
            for alternative in alternatives:
                _link(alternative, parent, touched).alternatives.append(node)
    touched.append(node)
    return node


def fields_of(branch: Branch) -> set[int]:
    """The fields that a branch tests."""
    return {branch.field} if isinstance(branch, Lit) else set().union(*map(fields_of, branch.items))


def groups(branch: Branch) -> int:
    """How many all and any groups a rule has."""
    return 0 if isinstance(branch, Lit) else 1 + sum(map(groups, branch.items))


def branches(branch: Branch) -> int:
    """How many ways through a rule one fact may take at once."""
    if isinstance(branch, Lit):
        return 1
    ways = [branches(item) for item in branch.items]
    if isinstance(branch, And):
        product = 1
        for one in ways:
            product *= one
        return product
    equal = {item.field for item in branch.items if isinstance(item, Lit) and item.op == "eq"}
    return len(equal) + sum(
        way for item, way in zip(branch.items, ways, strict=True) if not (isinstance(item, Lit) and item.op == "eq")
    )


class NetworkText(msgspec.Struct, frozen=True):
    """A network as the engine reads it, and the fields that a fact for it carries."""

    rules: str
    fields: tuple[int, ...]


def written(network: Network, names: list[str]) -> NetworkText:
    """The network in the engine's JSON. `names`: of the fields, by their numbers."""
    rules = (f'"{name}":{{"all":[{{"m":{_json(branch, names)}}}]}}' for name, branch in network.rules.items())
    return NetworkText("{" + ",".join(rules) + "}", tuple(sorted(network.fields)))


def _json(branch: Branch, names: list[str]) -> str:
    if isinstance(branch, Lit):
        plain = f'{{"{names[branch.field]}":{branch.value}}}'
        return plain if branch.op == "eq" else f'{{"${branch.op}":{plain}}}'
    word = "$and" if isinstance(branch, And) else "$or"
    return f'{{"{word}":[' + ",".join(_json(item, names) for item in branch.items) + "]}"


def field_names(count: int) -> list[str]:
    """Names for so many fields, no two of which the engine takes for one: it compares them by a 32-bit hash."""
    names: list[str] = []
    taken = {hash_of(word) for word in ("id", "sid", "warm", "$forward", "$s", "$i", "$m")}
    number = 0
    while len(names) < count:
        name = f"f{number}"
        number += 1
        if hash_of(name) not in taken:
            taken.add(hash_of(name))
            names.append(name)
    return names


def hash_of(name: str) -> int:
    """FNV-1a, as `fnv1Hash32` of the engine's state.c."""
    found = 0x811C9DC5
    for byte in name.encode():
        found = (found ^ byte) * 16777619 & 0xFFFFFFFF
    return found
