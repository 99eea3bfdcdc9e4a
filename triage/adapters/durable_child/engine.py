"""durable_rules, called the one way that was found sound: its C module without the Host, one thread, single facts.

A fact is asserted under a constant sid and id, its firings are drained, the fact is retracted. One fact may fire a rule
several times. A state may only be deleted after an action was completed in it, for its pointers are not set before.
"""

from typing import Any

MOST_FIRINGS = 100_000
"""Of one fact; more would be an engine that never ends."""

SENTINEL = '"warm":{"all":[{"m":{"warm":1}}]}'
WARM = '{"sid":"0","id":"0","warm":1}'
STATE = "0"


class EngineFailed(Exception):
    """The engine reported an error, or left something behind: what it says from now on cannot be trusted."""


class DurableRules:
    """The networks of one rulebook. `module`: `durable_rules_engine`."""

    def __init__(self, module: Any, networks: tuple[str, ...]) -> None:
        """Raises EngineFailed. May never return: the parent watches."""
        self._module = module
        self._handles: list[int] = []
        try:
            for text in networks:
                own = text.removeprefix("{")
                self._handles.append(module.create_ruleset("rules", "{" + SENTINEL + ("," if own != "}" else "") + own))
                if list(self._fire(self._handles[-1], WARM)) != ["warm"]:
                    raise EngineFailed("the sentinel does not fire")
        except module.error as error:
            raise EngineFailed(str(error)) from None

    def fired(self, facts: tuple[str, ...]) -> tuple[int, ...]:
        """The numbers of the rules that fire. Raises EngineFailed."""
        if len(facts) != len(self._handles):
            raise EngineFailed("facts for other networks")
        try:
            names = {
                name for handle, text in zip(self._handles, facts, strict=True) for name in self._fire(handle, text)
            }
            return tuple({int(name.partition("_")[0]) for name in names})
        except (self._module.error, ValueError) as error:
            raise EngineFailed(str(error)) from None

    def free(self) -> None:
        """Give the networks' memory back."""
        for handle in self._handles:
            self._module.delete_state(handle, STATE)
            self._module.delete_ruleset(handle)
        self._handles.clear()

    def _fire(self, handle: int, text: str) -> list[str]:
        """The name of every firing, with repetitions: `{"NAME":{…` each."""
        code, state = self._module.assert_fact(handle, text)
        if code == 1:  # no rule matched, nothing is kept
            return []
        started = self._module.start_action_for_state(handle, state) if code == 0 else None
        if started is None:
            raise EngineFailed(f"a fact gave {code} and no action")
        names: list[str] = []
        messages = started[1]
        while messages is not None:
            names.append(messages[2 : messages.index('"', 2)])
            if len(names) > MOST_FIRINGS:
                raise EngineFailed("a fact that never ends to fire")
            messages = self._module.complete_and_start_action(handle, state)
        code, _ = self._module.retract_fact(handle, text)
        if code != 0:
            raise EngineFailed(f"a fact could not be retracted: {code}")
        return names
