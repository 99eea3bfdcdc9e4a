"""A minimal faultless rules folder, which tests change in the places that they are about."""

from collections.abc import Mapping, Sequence
from datetime import date

from triage.domain.condition import Condition
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.faults import Finding
from triage.rulebook.load import load
from triage.rulebook.model import Position, Rule, Then

RULEBOOK = """\
format: triage/1
name: small
zone: Asia/Shanghai
calendar: cn
currency: CNY
jurisdiction: CN
languages: [en, zh-Hans]
examples_on: 2026-03-02
priorities: [urgent, high, normal, low]
handlers: [personal_adviser, dedicated, any]
roles:
  department_head:
    title: {en: Head of department, zh-Hans: 部门负责人}
departments:
  care:
    title: {en: Customer care, zh-Hans: 客户关怀}
    teams: [illness, elderly]
    duty_owner: Lin Meihua
    escalation: {department_head: Zhou Wen}
  claims:
    title: {en: Claims assessment, zh-Hans: 核赔审查}
    teams: [medical, motor]
    duty_owner: {id: cgd, name: Chen Guodong}
    escalation: {department_head: He Yun}
  coordination:
    title: {en: Coordination, zh-Hans: 投诉协调}
    teams: [intake]
    duty_owner: Sun Qiang
    escalation: {department_head: Gu Mingde}
fallback: {department: coordination, team: intake, priority: normal, handler: any, owner: Wang Fang}
ladders:
  standard:
    - {at: due, to: owner}
    - {after: 1 working day, to: department_head}
"""

FACTS = """\
facts:
  - name: nature
    title: {en: Nature, zh-Hans: 性质}
    type: text
    values: [complaint, petition]
    from: labels.nature
  - {name: weight, title: {en: Weight, zh-Hans: 权重}, type: number, from: labels.weight}
  - {name: vip, title: {en: Important, zh-Hans: 重要}, type: yes_no, from: labels.vip}
add_values: {channel: [fax]}
events: [{type: complaint.visited}]
"""

TERMS = """\
id: medical
title: {en: Medical accident, zh-Hans: 医疗事故}
terms: [医疗事故, malpractice]
not_terms: [医疗事故责任险]
hits: [因为医疗事故住院]
misses: [投保医疗事故责任险]
"""

CALENDAR = """\
calendar:
  id: cn
  title: {en: China, zh-Hans: 中国}
  zone: Asia/Shanghai
  week:
    mon: ["09:00-12:00", "13:00-18:00"]
    tue: ["09:00-12:00", "13:00-18:00"]
    wed: ["09:00-12:00", "13:00-18:00"]
    thu: ["09:00-12:00", "13:00-18:00"]
    fri: ["09:00-12:00", "13:00-18:00"]
    sat: []
    sun: []
  closed:
    - {from: 2026-10-01, to: 2026-10-07, name: 国庆节}
    - {date: 2026-01-01, name: 元旦}
  open:
    - {date: 2026-09-20, like: mon, name: 国庆节调休}
    - {date: 2026-12-31, hours: ["09:00-12:00"], name: Last day}
  known_from: 2026-01-01
  known_until: 2026-12-31
"""

RULES = """\
rules:
  - id: medical-is-high
    title: {en: Medical dispute, zh-Hans: 医疗争议}
    why: It needs a dedicated handler at once.
    source: {title: Complaint standard, section: "2.2", grade: internal}
    when:
      any:
        - causes: {contains: medical_dispute}
        - description: {mentions: medical}
    then:
      priority: high
      department: claims
      team: medical
      handler: dedicated
      tags: [medical]
      policies: [contact]
    examples:
      - given: {causes: [medical_dispute], amount_disputed: 50000 CNY}
        expect: {priority: high, department: claims, policies: [contact]}
      - given: {channel: fax, nature: petition}
        expect: {fires: false, fallback: true}
"""

POLICIES = """\
policies:
  - id: decision
    title: {en: Decision, zh-Hans: 决定}
    source: {title: Order 3 of 2020, article: "18", grade: verified-text}
    applies_when: always
    clocks:
      - id: answer
        start: complaint.registered
        stop: {on: complaint.reply_sent, when: {kind: final}}
        cancel: complaint.withdrawn
        limit: 15 calendar days
        warn: [80%, 1 working day before]
        escalate: standard
    examples:
      - events:
          - {type: complaint.registered, time: 2026-03-02 10:00}
          - {type: complaint.reply_sent, time: 2026-03-18 09:00, data: {kind: final}}
        expect: {answer: {due: 2026-03-17 23:59:59, state: stopped, breached: true}}
      - events:
          - {type: complaint.registered, time: 2026-03-02 10:00}
          - {type: complaint.reply_sent, time: 2026-03-12 09:00, data: {kind: final}}
        expect: {answer: {state: stopped, breached: false}}
  - id: contact
    title: {en: First contact, zh-Hans: 首次联络}
    source: {title: Complaint standard, section: "6.1", grade: internal}
    clocks:
      - id: call
        start: complaint.registered
        stop: complaint.contacted
        limit: 4 working hours
    examples:
      - events:
          - {type: complaint.registered, time: 2026-03-02 10:00}
          - {type: complaint.contacted, time: 2026-03-02 11:00}
        expect: {call: {due: 2026-03-02 15:00:00, breached: false}}
      - events:
          - {type: complaint.registered, time: 2026-03-02 10:00}
        until: 2026-03-02 15:00:01
        expect: {call: {state: running, breached: true}}
"""

TEXTS = {
    "rulebook.yaml": RULEBOOK,
    "facts.yaml": FACTS,
    "terms/medical.yaml": TERMS,
    "calendars/cn.yaml": CALENDAR,
    "triage/rules.yaml": RULES,
    "sla/policies.yaml": POLICIES,
}
"""The folder as texts, by path."""

RULE = """\
  - id: {id}
    title: {{en: A rule, zh-Hans: 规则}}
    why: A test needs it.
    when: {when}
    then: {then}
    examples:
      - {{given: {{}}, expect: {{fires: true}}}}
"""

POLICY = """\
  - id: {id}
    title: {{en: A policy, zh-Hans: 制度}}
    source: {{title: Complaint standard, grade: internal}}
    {more}
    clocks:
{clocks}
    examples:
      - events: [{{type: complaint.registered, time: 2026-03-02 10:00}}]
        expect: {{}}
"""


def sound_rules() -> dict[str, bytes]:
    """A minimal faultless rules folder, by path: no finding, and every example holds."""
    return {path: text.encode() for path, text in TEXTS.items()}


def changed(file: str, old: str, new: str) -> dict[str, bytes]:
    """The sound folder with a text of one file replaced; it has to stand there exactly once."""
    assert TEXTS[file].count(old) == 1, f"{old!r} stands {TEXTS[file].count(old)} times in {file}"
    return sound_rules() | {file: TEXTS[file].replace(old, new).encode()}


def rules_of(thens: Mapping[str, str], whens: Mapping[str, str] | None = None) -> str:
    """A rules file; `thens`: rule id to its `then` in flow style, `whens`: to its `when`, `always` where none."""
    whens = whens or {}
    return "rules:\n" + "".join(
        RULE.format(id=name, when=whens.get(name, "always"), then=then) for name, then in thens.items()
    )


def policies_of(clocks: Mapping[str, Sequence[str]], more: str = "applies_when: always") -> str:
    """A file of policies; `clocks`: policy id to the keys of each of its clocks in flow style, without braces.
    `more`: further keys of every policy."""
    return "policies:\n" + "".join(
        POLICY.format(id=name, more=more, clocks="\n".join(f"      - {{{keys}}}" for keys in listed))
        for name, listed in clocks.items()
    )


def compiled(files: Mapping[str, bytes]) -> CompiledRulebook:
    """The folder ready to decide; fails with its findings when it has faults."""
    loaded = load(files)
    assert loaded.rulebook is not None, "\n".join(map(str, loaded.findings))
    return CompiledRulebook(loaded.rulebook)


def with_rules(
    thens: Mapping[str, str], whens: Mapping[str, str] | None = None, more: Mapping[str, str] | None = None
) -> CompiledRulebook:
    """The sound folder with these rules instead of its own, ready to decide; the policy `contact` applies always.
    `more`: texts of other files, by path."""
    texts = {
        "triage/rules.yaml": rules_of(thens, whens),
        "sla/policies.yaml": POLICIES.replace("  - id: contact\n", "  - id: contact\n    applies_when: always\n"),
        **(more or {}),
    }
    return compiled(sound_rules() | {path: text.encode() for path, text in texts.items()})


def places(findings: Sequence[Finding]) -> list[str]:
    """`file:line:column code` of each finding."""
    return [f"{one.file}:{one.line}:{one.column} {one.code}" for one in findings]


def rule_of(
    name: str, when: Condition, start: date | None = None, end: date | None = None, status: str = "active"
) -> Rule:
    """A rule that asks for high priority."""
    return Rule(
        id=name,
        title={},
        why="",
        source=None,
        when=when,
        then=Then(priority="high"),
        status=status,
        effective_from=start,
        effective_to=end,
        examples=(),
        at=Position("triage/x.yaml", 1, 1),
    )
