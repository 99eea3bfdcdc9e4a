"""The codes of the analysis, all of them warnings."""

WARNINGS: dict[str, str] = {
    "never-fires": "a rule whose condition can never hold (warning)",
    "never-applies": "a policy whose applies_when can never hold (warning)",
    "never-matches": "a clock that waits for an event under a condition that none can meet (warning)",
    "dead-part": "an item of `any` that can never hold where it stands (warning)",
    "needless-part": "an item of `any` that holds only when another item does (warning)",
    "duplicate-rule": "a rule that fires exactly when another does and asks for the same (warning)",
    "shadowed-rule": "a rule that asks for nothing but what other rules ask for whenever it fires (warning)",
    "unreachable-row": "a row of a table with `hit: first` for which earlier rows leave nothing (warning)",
    "outranked-department": "a rule whose department always loses to that of another rule (warning)",
    "overlap": "two rules that can fire together and name different departments (warning)",
    "gap": "a cause, line of business or channel for which only the fallback answers (warning)",
    "unused": "something that is declared and that nothing uses (warning)",
    "needless-term": "a term that holds another term of its list (warning)",
    "shared-term": "a term that makes rules of different departments fire (warning)",
    "ends-soon": "a rule, table or policy that ends within the days of `--ending` (warning)",
    "ended": "a rule, table or policy whose last day has passed (warning)",
    "stale-source": "a source that was not reviewed within the days of `--stale` (warning)",
}
"""Every code and what it means; part of the closed list of `triage.rulebook.faults`."""
