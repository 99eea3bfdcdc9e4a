"""What can be wrong with rule files: a change of the sound folder, and what has to be found at which place."""

from collections.abc import Mapping
from typing import NamedTuple

from tests.builders_rules import TEXTS

HERE = "¦"
"""Marks a place in the changed text where a finding is due; taken out before the text is read."""

DESK, OWN, TERMS, CALENDAR, RULES, SLA = TEXTS


class Row(NamedTuple):
    """`file` of a sound folder, `texts`, with `old` replaced by `new`. `codes`: of the findings at the marks, in their
    order. `says`: stands in the message or hint of the first."""

    codes: str
    file: str
    old: str
    new: str
    says: str = ""
    texts: Mapping[str, str] = TEXTS

    @property
    def text(self) -> str:
        """The changed file, marks taken out."""
        return self._marked.replace(HERE, "")

    @property
    def _marked(self) -> str:
        text = self.texts[self.file]
        assert text.count(self.old) == 1, f"{self.old!r} stands {text.count(self.old)} times in {self.file}"
        return text.replace(self.old, self.new)

    @property
    def expected(self) -> list[str]:
        """`file:line:column code` of each finding."""
        places = []
        for number, line in enumerate(self._marked.split("\n"), start=1):
            *before, _ = line.split(HERE)
            columns = [len("".join(before[: count + 1])) + 1 for count in range(len(before))]
            places += [f"{self.file}:{number}:{column}" for column in columns]
        return [f"{place} {code}" for place, code in zip(places, self.codes.split(), strict=True)]


FILES = (
    Row("not-yaml", RULES, "    why: It", "    ¦why It", "a key without a colon"),
    Row("not-yaml", RULES, "{channel: fax, nature: petition}", '¦{channel: fax, nature: "petition"', "is not closed"),
    Row("not-yaml", OWN, "    type: text\n", "     ¦type: text\n", "indent keys of one mapping alike"),
    Row("not-yaml", DESK, "name: small", 'name: ¦"small', "not closed"),
    Row("look-alike-character", DESK, "currency: CNY", "currency¦：CNY", "write: currency: CNY"),
    Row("look-alike-character", DESK, "  department_head:\n", "¦\tdepartment_head:\n", "a tab in the indentation"),
    Row("several-documents", TERMS, "hits: [", "¦---\nhits: [", "put it in its own file"),
    Row("anchor", OWN, "from: labels.vip", "from: ¦&a labels.vip"),
    Row("anchor alias", OWN, "[{type: complaint.visited}]", "[{type: ¦&a complaint.visited, title: ¦*a}]"),
    Row("tag", OWN, "from: labels.vip", "from: ¦!!str labels.vip", "take it out"),
    Row("merge-key", TERMS, "id: medical", "id: medical\n¦<<: {terms: [x]}", "write the keys out"),
    Row("duplicate-key", TERMS, "hits: [因为医疗事故住院]", "hits: [因为医疗事故住院]\n¦hits: []", "first in line 5"),
    Row("empty-file", OWN, TEXTS[OWN], "¦# nothing yet\n"),
    Row("too-deep", OWN, "complaint.visited", "[" * 47 + "¦[" + "]" * 48),
    Row("control-character", DESK, "name: small", "name: sm¦\x07all", "U+0007"),
    Row("control-character", DESK, "name: small", "name: sm¦\ufffeall", "U+FFFE"),
)
"""The file as such."""

VALUES = (
    Row("unknown-key", RULES, "    why:", "    ¦wy:", 'did you mean "why"?'),
    Row("unknown-key", RULES, "causes: {contains", "¦cause: {contains", 'did you mean "causes"?'),
    Row("unknown-key", RULES, "nature: petition", "¦natur: petition", 'did you mean "nature"?'),
    Row("unknown-key", RULES, "causes: {contains:", "causes: {¦contain:", 'did you mean "contains"?'),
    Row("unknown-key", SLA, "when: {kind: final}}\n        cancel", "when: {¦knd: final}}\n        cancel", '"kind"'),
    Row("unknown-key", RULES, "{en: Medical dispute,", "{en: Medical dispute, ¦fr: Conflit,", "no language"),
    Row("missing-key", DESK, "format: triage/1\nname: small\n", "¦format: triage/1\n", '"name"'),
    Row(
        "missing-key",
        DESK,
        "title: {en: Coordination, zh-Hans: 投诉协调}\n    teams: [intake]\n    duty_owner: Sun Qiang\n",
        "¦title: {en: Coordination, zh-Hans: 投诉协调}\n    teams: [intake]\n",
        '"duty_owner"',
    ),
    Row(
        "missing-language", RULES, "title: {en: Medical dispute, zh-Hans: 医疗争议}", "title: ¦{en: Dispute}", "zh-Hans"
    ),
    Row("empty-value", DESK, "zone: Asia/Shanghai", "¦zone:"),
    Row("empty-value", DESK, "duty_owner: Sun Qiang", "duty_owner: ¦''"),
    Row("empty-value", TERMS, "misses: [投保医疗事故责任险]", "misses: [¦'']"),
    Row("empty-list", TERMS, "terms: [医疗事故, malpractice]\nnot_terms: [医疗事故责任险]", "terms: ¦[]"),
    Row("empty-list", DESK, "languages: [en, zh-Hans]", "languages: ¦[]"),
    Row("empty-list", SLA, "        stop: complaint.contacted", "        stop: ¦[]"),
    Row("empty-list", SLA, "{call: {state: running, breached: true}}", "{call: ¦{}}", "nothing is expected"),
    Row("empty-list", RULES, "- causes: {contains: medical_dispute}", "- causes: ¦{}", "no test of causes"),
    Row("empty-list", RULES, "- causes: {contains: medical_dispute}", "- ¦{}", "at least one test"),
    Row("empty-list", RULES, "- causes: {contains: medical_dispute}", "- ¦all: []", "at least one condition"),
    Row("wrong-type", DESK, "examples_on: 2026-03-02", "examples_on: ¦2 March 2026", "write it as 2026-03-02"),
    Row("wrong-type", DESK, "examples_on: 2026-03-02", "examples_on: ¦2026-02-30"),
    Row("wrong-type", DESK, "currency: CNY", "currency: ¦yuan", "write it as CNY"),
    Row("wrong-type", DESK, "jurisdiction: CN", "jurisdiction: ¦China", "write it as CN"),
    Row("wrong-type", RULES, "tags: [medical]", "tags: ¦medical", "write [medical]"),
    Row("wrong-type", DESK, "name: small", "name: ¦[small]", "not a list"),
    Row("wrong-type", RULES, "    why: It needs a dedicated handler at once.", "    why: ¦[It]"),
    Row(
        "wrong-type", RULES, "title: {en: Medical dispute, zh-Hans: 医疗争议}", "title: ¦Dispute", "{en: …, zh-Hans: …}"
    ),
    Row("wrong-type", RULES, "50000 CNY", "¦50000", 'did you mean "50000 CNY"?'),
    Row("wrong-type", RULES, "channel: fax", "channel: ¦{is: fax}", "not a mapping"),
    Row("wrong-type", RULES, "channel: fax", "channel: ¦[fax]", "not a list"),
    Row("wrong-type", RULES, "causes: [medical_dispute]", "causes: ¦medical_dispute", "write [medical_dispute]"),
    Row("wrong-type", SLA, "applies_when: always", "applies_when: ¦sometimes", "the one word always"),
    Row("wrong-type", SLA, "applies_when: always", "applies_when: ¦[priority: high]", "under all: or any:"),
    Row("wrong-type", SLA, "limit: 15 calendar days", "limit: ¦15 days", 'did you mean "15 calendar days"?'),
    Row("wrong-type", SLA, "warn: [80%,", "warn: [¦80,", "write 80% or 1 working day before"),
    Row("wrong-type", SLA, "until: 2026-03-02 15:00:01", "until: ¦3 o'clock", "write it as 2026-03-02 10:00"),
    Row("wrong-type", CALENDAR, 'hours: ["09:00-12:00"]', 'hours: [¦"9:00-12:00"]', '"09:00-12:00"'),
    Row("wrong-type", OWN, "facts:\n", "? ¦[a]\n: b\nfacts:\n", "a key must be a text"),
    Row("unknown-value", DESK, "format: triage/1", "format: ¦triage/2", 'did you mean "triage/1"?'),
    Row("unknown-value", DESK, "zone: Asia/Shanghai", "zone: ¦Asia/Shangai", 'did you mean "Asia/Shanghai"?'),
    Row("unknown-value", DESK, "calendar: cn", "calendar: ¦uk", "one of: cn"),
    Row("unknown-value", DESK, "team: intake", "team: ¦intakes", 'did you mean "intake"?'),
    Row("unknown-value", RULES, "department: claims\n", "department: ¦claim\n", 'did you mean "claims"?'),
    Row("unknown-value", RULES, "team: medical\n", "team: ¦elderly\n", "one of: medical, motor"),
    Row("unknown-value", RULES, "policies: [contact]\n", "policies: [contact, ¦contacts]\n", 'did you mean "contact"?'),
    Row("unknown-value", RULES, "channel: fax", "channel: ¦telex"),
    Row("unknown-value", RULES, "{mentions: medical}", "{mentions: ¦media}", "is not a term list"),
    Row(
        "unknown-value",
        SLA,
        "start: complaint.registered\n        stop: complaint.contacted",
        "start: ¦registered\n        stop: complaint.contacted",
        'did you mean "complaint.registered"?',
    ),
    Row("unknown-value", SLA, "{call: {state: running", "{call: {state: ¦runing", 'did you mean "running"?'),
    Row("unknown-value", SLA, "expect: {call: {due", "expect: {¦cal: {due", 'did you mean "call"?'),
    Row("unknown-value", SLA, "escalate: standard", "escalate: ¦standart", 'did you mean "standard"?'),
    Row("unknown-value", SLA, "grade: verified-text", "grade: ¦checked"),
    Row("unknown-value", OWN, "type: yes_no", "type: ¦boolean"),
    Row("unknown-value", OWN, "{channel: [fax]}", "{channel: [fax], ¦chanel: [telex]}", 'did you mean "channel"?'),
    Row("out-of-range", SLA, "limit: 15 calendar days", "limit: ¦0 calendar days", "1 to 3660 calendar days"),
    Row("out-of-range", SLA, "limit: 15 calendar days", "limit: ¦-1 calendar days"),
    Row("out-of-range", SLA, "limit: 4 working hours", "limit: ¦87841 working hours"),
    Row("empty-range", CALENDAR, "to: 2026-10-07", "to: ¦2026-09-30", "lies before"),
    Row("empty-range", RULES, "    when:\n", "    effective: {from: 2026-02-01, to: ¦2026-01-31}\n    when:\n"),
)
"""Keys and values at their places."""

MEANING = (
    Row(
        "bad-name",
        DESK,
        "{department_head: Gu Mingde}",
        "{department_head: Gu Mingde}\n  ¦two words: {title: {en: a, "
        "zh-Hans: b}, duty_owner: c, escalation: {department_head: d}}",
        "no spaces",
    ),
    Row("bad-name", RULES, "tags: [medical]", "tags: [¦ＡＢ]"),
    Row("reserved-name", OWN, "name: weight", "name: ¦status", "already means something else"),
    Row("bad-name", OWN, "from: labels.nature", "from: ¦labels. nature", "write it as labels.nature"),
    Row("bad-name", OWN, "from: labels.weight", "from: ¦'labels.a\"b'"),
    Row("bad-name", OWN, "name: weight", "name: ¦the weight"),
    Row("reserved-name", OWN, "name: weight", "name: ¦priority"),
    Row("reserved-name", DESK, "  department_head:\n", "  ¦owner: {title: {en: a, zh-Hans: b}}\n  department_head:\n"),
    Row(
        "duplicate-id",
        RULES,
        "rules:\n  - id",
        "rules:\n  - {id: medical-is-high, title: {en: a, zh-Hans: b}, why: c, "
        "when: always, then: {priority: low}, examples: [{given: {}, expect: {}}]}\n  - ¦id",
        "was given before",
    ),
    Row("duplicate-id", OWN, "complaint.visited", "¦complaint.registered", "already an event type"),
    Row("duplicate-value", DESK, "[urgent, high, normal, low]", "[urgent, high, normal, low, ¦high]", "stands twice"),
    Row("wrong-test", RULES, "causes: {contains:", "causes: {¦is:", 'did you mean "contains"?'),
    Row("wrong-test", RULES, "- causes: {contains: medical_dispute}", "- causes: ¦medical_dispute", '"contains"?'),
    Row("wrong-test", RULES, "{mentions: medical}", "{¦at_least: 3}", "which is a text"),
    Row("wrong-test", RULES, "description: {mentions:", "channel: {¦mentions:", "is no test of channel"),
    Row("from-memory", SLA, "grade: verified-text", "grade: ¦from-memory", "set status: disabled"),
    Row("team-without-department", RULES, "      department: claims\n      team: medical\n", "      team: ¦medical\n"),
    Row("not-term-without-term", TERMS, "[医疗事故责任险]", "¦[责任险]", "holds no term"),
    Row("not-term-is-term", TERMS, "[医疗事故责任险]", "¦[醫療事故]", "is a term of the list too"),
    Row("overlapping-hours", CALENDAR, 'mon: ["09:00-12:00", "13:00', 'mon: ["09:00-12:00", ¦"11:30'),
    Row("overlapping-hours", CALENDAR, 'hours: ["09:00-12:00"]', 'hours: [¦"12:00-09:00"]', "closes before it opens"),
    Row("never-open", CALENDAR, '{date: 2026-12-31, hours: ["09:00-12:00"]', "¦{date: 2026-12-31, hours: []"),
    Row("never-open", CALENDAR, "- {date: 2026-09-20, like: mon", "- ¦{date: 2026-09-20, like: sun", "without opening"),
    Row("closed-and-open", CALENDAR, "{date: 2026-09-20,", "¦{date: 2026-10-03,", "keep one of them"),
    Row("duplicate-date", CALENDAR, "{date: 2026-01-01,", "¦{date: 2026-10-03,", "stands twice"),
    Row("beyond-known", CALENDAR, "known_until: 2026-12-31", "known_until: ¦2026-12-30", "known_until: 1, the first"),
    Row(
        "beyond-known", CALENDAR, "known_from: 2026-01-01\n  known_until: ", "known_from: 2026-01-02\n  known_until: ¦"
    ),
    Row("stopped-at-start", SLA, "stop: complaint.contacted", "stop: ¦complaint.registered", "ends it at once"),
    Row("stopped-at-start", SLA, "cancel: complaint.withdrawn", "cancel: ¦complaint.registered"),
    Row("warning-after-due", SLA, "warn: [80%", "warn: [¦101%", "write it under escalate"),
    Row(
        "warning-before-start",
        SLA,
        "limit: 4 working hours",
        "limit: 4 working hours\n        warn: [¦5 working hours before]",
        "further ahead",
    ),
    Row("duplicate-step", SLA, "warn: [80%,", "warn: [80%, ¦80%,"),
    Row("duplicate-step", DESK, "- {at: due, to: owner}", "- {at: due, to: owner}\n    - ¦{at: due, to: owner}"),
    Row(
        "never-attached",
        SLA,
        "- id: decision\n    title: {en: Decision, zh-Hans: 决定}\n    source: "
        "{title: Order 3 of 2020, "
        'article: "18", grade: verified-text}\n    applies_when: always\n',
        "- ¦id: decision\n    title: {en: a, zh-Hans: b}\n    source: {title: Order}\n",
        "applies_when",
    ),
    Row(
        "missing-escalation",
        DESK,
        "  care:\n    title: {en: Customer care, zh-Hans: 客户关怀}\n    "
        "teams: [illness, elderly]\n"
        "    duty_owner: Lin Meihua\n    escalation: {department_head: Zhou Wen}\n",
        "  ¦care: {title: {en: a, zh-Hans: b}, duty_owner: c}\n",
        "care has no person",
    ),
)
"""What the words mean together."""

ROWS = (*FILES, *VALUES, *MEANING)
