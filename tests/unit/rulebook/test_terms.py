"""Term lists in texts: what is folded away, what counts as a word, what keeps a hit from counting."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from triage.rulebook.model import Position, TermList
from triage.rulebook.terms import TermIndex, fold_text, fold_with_spans


def term_list(name: str, terms: str, not_terms: str = "") -> TermList:
    """A list out of terms that are parted by `|`."""
    return TermList(
        id=name,
        title={},
        terms=tuple(terms.split("|")),
        not_terms=tuple(filter(None, not_terms.split("|"))),
        hits=(),
        misses=(),
        at=Position("terms/x.yaml", 1, 1),
    )


def index(terms: str, not_terms: str = "") -> TermIndex:
    return TermIndex({"list": term_list("list", terms, not_terms)})


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("醫療事故", "因为医疗事故住院"),
        ("医疗事故", "因為醫療事故住院"),
        ("醫療事故", "醫 療\n事\t故"),
        ("医疗事故", "医疗　事故"),
        ("醫療 事故", "醫療事故"),
        ("Malpractice", "it was MALPRACTICE!"),
        ("malpractice", "ｍａｌＰｒａｃｔｉｃｅ"),
        ("ＶＩＰ", "a vip customer"),
        ("95519", "call ９５５１９ now"),
        ("STRASSE", "die Straße"),
        ("medical accident", "a Medical accident."),
        ("ICU", "住进ICU了"),
        ("A級", "A级客户"),
        ("don't", "I DON'T agree"),
    ],
)
def test_a_term_is_found_however_it_is_written(term: str, text: str) -> None:
    """Case, width, traditional or simplified, and white space between Chinese characters do not matter."""
    assert index(term).mentioned(text) == {"list"}


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("sue", "an issue of issues"),
        ("sue", "pursued"),
        ("sue", "sues"),
        ("95519", "1955190"),
        ("95519", "95519a"),
        ("vip", "vip2"),
        ("medical accident", "medicalaccident"),
        ("medical accident", "medical  report, accident"),
        ("naïve", "naïveté"),
        ("醫療事故", "醫療,事故"),
        ("醫療事故", "醫療 a 事故"),
        ("term", ""),
    ],
)
def test_a_term_that_is_not_there_is_not_found(term: str, text: str) -> None:
    """A Latin term matches whole words only; white space between Latin words and punctuation count."""
    assert index(term).mentioned(text) == frozenset()


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("投保医疗事故责任险", False),
        ("投保醫療事故 責任險", False),
        ("投保医疗事故责任险，后来真有医疗事故", True),
        ("医疗事故，医疗事故责任险", True),
        ("医疗事故责任", True),
    ],
)
def test_a_hit_inside_a_not_term_does_not_count(text: str, mentioned: bool) -> None:
    """Only the hit that lies in a not_term is taken out; another one in the same text still counts."""
    assert index("医疗事故", "医疗事故责任险").mentioned(text) == ({"list"} if mentioned else set())


def test_a_not_term_saves_only_from_its_own_list() -> None:
    """The not_term of one list does not keep another list from being mentioned."""
    lists = [term_list("a", "医疗事故", "医疗事故责任险"), term_list("b", "事故|责任险"), term_list("c", "医疗事故")]
    both = TermIndex({one.id: one for one in lists})
    assert both.mentioned("医疗事故责任险") == {"b", "c"}
    assert both.mentioned("医疗事故") == {"a", "b", "c"}


def test_a_hit_that_only_overlaps_a_not_term_counts() -> None:
    """A term that begins in a not_term and ends behind it is not inside it."""
    assert index("误诊断|误诊", "耽误诊").mentioned("耽误诊断") == {"list"}
    assert index("误诊", "耽误诊").mentioned("耽误诊断") == frozenset()


def test_hits_stand_where_the_text_was_written() -> None:
    """Positions count the characters of the text as written, folded away or not, and say what saved a hit."""
    text = "Ａ Straße: 醫 療 事 故 ok, 医疗事故责任险"
    hits = index("医疗事故|strasse", "医疗事故责任险").hits(text)
    shown = [(text[hit.start : hit.end], hit.term, hit.saved_by) for hit in hits]
    assert shown == [
        ("Straße", "strasse", None),
        ("醫 療 事 故", "医疗事故", None),
        ("医疗事故", "医疗事故", "医疗事故责任险"),
    ]


@pytest.mark.parametrize(
    ("term", "text", "written"),
    [
        ("café", "Un cafe\u0301!", "cafe\u0301"),
        ("cafe\u0301", "Un CAFÉ!", "CAFÉ"),
        ("ガス", "このｶﾞｽは", "ｶﾞｽ"),
        ("각", "\u1100\u1161\u11a8.", "\u1100\u1161\u11a8"),
    ],
)
def test_characters_that_are_written_in_parts_are_one(term: str, text: str, written: str) -> None:
    """A letter with its accent behind it, a half-width kana with its voice mark: as others type the same word."""
    (hit,) = index(term).hits(text)
    assert text[hit.start : hit.end] == written
    assert index(term).mentioned(text) == {"list"}


def test_an_index_without_lists_mentions_nothing() -> None:
    """A rulebook without term lists still reads texts."""
    assert TermIndex({}).mentioned("医疗事故") == frozenset()
    assert TermIndex({}).hits("医疗事故") == ()


TEXTS = st.text(
    st.sampled_from("医療事故责任險 a ＡßéI\u3000\nﬁ①x1㍍e\u0301\u0323ｶﾞㄱㅏ\u1100\u1161\u11a8"), max_size=30
) | st.text(max_size=30)


@given(TEXTS)
@example("Aﾞ\u0301")  # the two marks change places
def test_both_ways_of_folding_agree(text: str) -> None:
    """Folding with positions gives the same text; every position is one of the written text, in order."""
    folded, spans = fold_with_spans(text)
    assert folded == fold_text(text)
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)


@given(TEXTS)
@example("ß\u0301")  # the accent joins the second s of the folded ß
@example("ΐ")  # its small letter is three characters, which are one again
@example("か\u309b")  # a voice mark with a space before it, which stays
@example("薴")  # its simplified letter has itself another one
def test_folding_is_done_once(text: str) -> None:
    """What is folded stays as it is, so that a term and a text meet whatever each went through."""
    assert fold_text(fold_text(text)) == fold_text(text)


@given(TEXTS, st.sampled_from(["医疗", "事故责任", "a", "x1"]))
def test_what_counts_is_what_hits_say(text: str, term: str) -> None:
    """A list is mentioned exactly when one of its hits is not saved, and each hit holds its term."""
    one = index(term, f"{term}险")
    hits = one.hits(text)
    assert (one.mentioned(text) == {"list"}) == any(hit.saved_by is None for hit in hits)
    assert all(fold_text(term) in fold_text(text[hit.start : hit.end]) for hit in hits)


@given(TEXTS, st.sampled_from(["医疗", "事故责任", "a", "x1"]))
def test_what_is_counted_is_what_hits_say(text: str, term: str) -> None:
    """The same terms, each with the not_term that saves it first."""
    one = index(term, f"{term}险|{term}险种")
    counted = [(spotted.list_id, spotted.term, next(iter(spotted.savers), None)) for spotted in one.spotted(text)]
    assert sorted(counted, key=str) == sorted(
        ((hit.list_id, hit.term, hit.saved_by) for hit in one.hits(text)), key=str
    )


def test_every_not_term_that_saves_a_hit_is_counted() -> None:
    (spotted,) = index("医疗", "医疗险|医疗险种").spotted("医疗险种")
    assert sorted(spotted.savers) == ["医疗险", "医疗险种"]
