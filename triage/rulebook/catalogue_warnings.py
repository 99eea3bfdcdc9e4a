"""What sound rule files say without meaning to: all of these are warnings."""

from triage.rulebook.catalogue_files import Entry
from triage.wording.text import say

WARNINGS = {
    "never-fires": Entry(
        say("a rule whose condition can never hold"), say("the message names the tests that exclude each other")
    ),
    "never-applies": Entry(
        say("a policy whose `applies_when` can never hold; a tag or team that no rule gives counts as never there"),
        say("the message names the tests that exclude each other"),
    ),
    "never-matches": Entry(
        say("a clock that waits for an event under a condition that no such event can meet"),
        say("the message names the tests that exclude each other"),
    ),
    "dead-part": Entry(say("an item of `any` that can never hold where it stands"), say("correct it or take it out")),
    "needless-part": Entry(
        say("an item of `any` that holds only when another item does"), say("take it out, or make it wider")
    ),
    "duplicate-rule": Entry(
        say("a rule that fires exactly when another does and asks for the same"), say("keep one of them")
    ),
    "shadowed-rule": Entry(
        say("a rule that asks for nothing but what the named rules ask for whenever it fires"),
        say("take it out, or make it ask for more"),
    ),
    "unreachable-row": Entry(
        say("a row of a table with `hit: first` for which the named rows before it leave nothing"),
        say("move it up, or take it out"),
    ),
    "outranked-department": Entry(
        say("a rule whose department always loses, because a wider rule names one that stands first"),
        say("make the wider rule leave these cases out, or change the order of departments"),
    ),
    "overlap": Entry(
        say(
            "two rules that divide one fact between them, name different departments, and whose parts overlap; the"
            " message shows facts for which both fire"
        ),
        say("part them, if it is not meant"),
    ),
    "gap": Entry(
        say("causes, lines of business or channels for which only the fallback answers when nothing else is known"),
        say("write a rule, or an example that gives the value alone and expects `fallback: true`"),
    ),
    "unused": Entry(
        say("a fact, term list, ladder, department, team or role that nothing uses"), say("use it or take it out")
    ),
    "switched-off": Entry(
        say("a policy that is on and that only disabled rules name, so that no new case gets its clocks"),
        say("name it in a rule that is on, or set `status: disabled`"),
    ),
    "needless-term": Entry(
        say("a term that holds another term of its list: wherever it stands, that one has hit already"),
        say("take the longer one out"),
    ),
    "shared-term": Entry(
        say("a term which, as the whole text, makes rules of different departments fire"),
        say("keep it in one of the lists"),
    ),
    "ends-soon": Entry(
        say("a rule, table or policy that ends within the days of `--ending`"), say("prepare what follows it")
    ),
    "ended": Entry(
        say("a rule, table or policy whose last day has passed"), say("take it out, or set `status: disabled`")
    ),
    "stale-source": Entry(
        say(
            "with `--stale`: a source that was not reviewed for so many days, or a verified one without a date of"
            " review"
        ),
        say("read it again and set `reviewed`"),
    ),
}
