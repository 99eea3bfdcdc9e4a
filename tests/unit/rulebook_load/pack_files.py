"""A sound folder with a pack for one jurisdiction, whose ids are partly those of the rulebook too."""

from tests.builders_rules import CALENDAR, RULEBOOK, TERMS, TEXTS

LISTED = "packs: [{id: gb, applies_when: {jurisdiction: GB}}]\n"
DESK = RULEBOOK.replace("ladders:\n", f"{LISTED}ladders:\n")

DELAY = """\
id: delay
title: {en: Delay, zh-Hans: 拖延}
terms: [拖延, late]
hits: [it came late]
misses: [it came]
"""

GB_TERMS = """\
id: medical
title: {en: Injury, zh-Hans: 伤害}
terms: [whiplash]
hits: [whiplash after an accident]
misses: [malpractice]
"""

GB_CALENDAR = CALENDAR.replace("id: cn", "id: uk").replace("Asia/Shanghai", "Europe/London").replace("18:00", "17:00")

GB_RULES = """\
rules:
  - id: medical-is-high
    title: {en: An injury, zh-Hans: 伤害}
    why: A test needs it.
    when: {description: {mentions: [medical, delay]}}
    then: {priority: urgent, department: claims, tags: [injury], policies: [decision, contact, letter]}
    examples:
      - given: {jurisdiction: GB, description: whiplash}
        expect: {priority: urgent, policies: [decision, letter], rules: [medical-is-high, late]}
      - given: {description: whiplash}
        expect: {fires: false}
  - id: late
    title: {en: Everything, zh-Hans: 全部}
    why: A test needs it.
    when: always
    then: {tags: [all]}
    examples:
      - given: {jurisdiction: GB, clocks.breached: [decision/answer]}
        expect: {policies: [gone-late], rules: [late]}
      - given: {jurisdiction: CN}
        expect: {fires: false}
  - id: unspoken
    title: {en: Out of force, zh-Hans: 停用}
    why: A test needs it.
    when: always
    then: {tags: [never]}
    status: disabled
    examples: [{given: {}, expect: {}}]
"""

GB_POLICIES = """\
policies:
  - id: decision
    title: {en: Final response, zh-Hans: 最终答复}
    source: {title: DISP, section: "1.6.2", grade: internal}
    applies_when: always
    calendar: uk
    clocks:
      - id: answer
        start: complaint.registered
        stop: {on: complaint.reply_sent, when: {kind: final}}
        limit: 8 weeks
    examples:
      - events:
          - {type: complaint.registered, time: 2026-03-02 10:00}
          - {type: complaint.reply_sent, time: 2026-04-27 23:59:59}
        expect: {answer: {due: 2026-04-27 23:59:59, breached: false}}
      - events: [{type: complaint.registered, time: 2026-03-02 10:00}]
        until: 2026-04-28 00:00:00
        expect: {answer: {breached: true}}
  - id: letter
    title: {en: Letter, zh-Hans: 信函}
    source: {title: DISP, section: "1.6.1", grade: internal}
    clocks:
      - id: sent
        start: [{clock: decision/answer, is: breached}, {clock: contact/call, is: breached}]
        stop: complaint.acknowledged
        cancel: {clock: again, is: met}
        limit: 1 hour
      - id: again
        start: complaint.registered
        stop: complaint.contacted
        every: 1 week
    examples:
      - events:
          - {type: complaint.registered, time: 2026-03-02 10:00}
          - {type: complaint.acknowledged, time: 2026-03-02 16:00:01}
        expect: {sent: {due: 2026-03-02 16:00:01, breached: false}, again: {state: running}}
      - events: [{type: complaint.registered, time: 2026-03-02 10:00}]
        until: 2026-03-02 16:00:02
        expect: {sent: {state: running, breached: true}}
  - id: gone-late
    title: {en: Late, zh-Hans: 逾期}
    source: {title: DISP, section: "1.6.7", grade: internal}
    applies_when: {clocks.breached: {contains_any: [decision/answer, contact/call]}}
    clocks:
      - id: notice
        start: complaint.registered
        stop: complaint.contacted
        every: 1 week
    examples:
      - events: [{type: complaint.registered, time: 2026-03-02 10:00}]
        expect: {notice: {state: running}}
"""

PACK = {
    "packs/gb/terms/medical.yaml": GB_TERMS,
    "packs/gb/calendars/uk.yaml": GB_CALENDAR,
    "packs/gb/triage/rules.yaml": GB_RULES,
    "packs/gb/sla/policies.yaml": GB_POLICIES,
}
"""The pack's files by path."""

WITH_PACK = TEXTS | PACK | {"rulebook.yaml": DESK, "terms/delay.yaml": DELAY}
"""The whole folder by path."""

assert TERMS.startswith("id: medical\n"), "the pack has a list with an id of the rulebook"


def with_pack(changes: dict[str, tuple[str, str]] | None = None) -> dict[str, bytes]:
    """The folder; `changes`: file to a text that stands in it exactly once, and what stands there instead."""
    texts = dict(WITH_PACK)
    for path, (old, new) in (changes or {}).items():
        assert texts[path].count(old) == 1, f"{old!r} stands {texts[path].count(old)} times in {path}"
        texts[path] = texts[path].replace(old, new)
    return {path: text.encode() for path, text in texts.items()}
