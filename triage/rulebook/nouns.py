"""What messages call the things of the rule files, with their article."""

from functools import lru_cache

from triage.wording.text import Text, say

What = Text | str
"""What stands at a place: a Text, or the file's own word for it, which is never translated."""

TEXT, LIST, MAPPING = say("a text"), say("a list"), say("a mapping (key: value)")
SINGLE_VALUE = say("a single value")
ID, LANGUAGE, CURRENCY, COUNTRY = say("an id"), say("a language"), say("a currency"), say("a code of ISO 3166")
FLAG, NUMBER, WHOLE = say("true or false"), say("a number"), say("a whole number")
DATE, INSTANT, TIME_ZONE = say("a date"), say("a date and time"), say("a time zone")
MONEY = say("an amount with its currency")
LIMIT, DISTANCE, WARNING = say("a limit"), say("a distance"), say("a warning")
TITLES = say("a text in every language")
PERSON, ROLE, DEPARTMENT, TEAM, HANDLER = (
    say("a person"),
    say("a role"),
    say("a department"),
    say("a team"),
    say("a handler"),
)
PRIORITY, RULE, POLICY, CLOCK = say("a priority"), say("a rule"), say("a policy"), say("a clock")
CALENDAR, LADDER, TERM_LIST = say("a calendar"), say("a ladder of escalation"), say("a term list")
EVENT_TYPE, EVENT_REFERENCE = say("an event type"), say("an event reference")
FACT, CLOSED_FACT = say("a fact"), say("a fact with a closed set of values")
DATA_PATH = say("a path in the data")
WEEKDAY = say("a weekday")
PAUSE_REASON, NEED = say("a reason for pausing"), say("a need")
HOURS, TIME = say("opening hours"), say("a time of day")


@lru_cache(maxsize=1000)
def value_of(name: str) -> Text:
    """A value of a key or fact."""
    return say("a value of {name}", name=name)
