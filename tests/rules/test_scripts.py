"""However a sentence is written, in traditional characters of any region or in simplified ones, the same is decided."""

from collections.abc import Iterator

import opencc
import pytest

from triage.rulebook.decide import CompiledRulebook
from triage.service.try_text import Tried, try_text

WRITINGS = {
    "simplified": ("t2s",),
    "traditional": ("s2t",),
    "simplified and back": ("t2s", "s2t"),
    "of Taiwan": ("t2s", "s2tw"),
    "of Hong Kong": ("t2s", "s2hk"),
}
"""How a sentence is written anew, one conversion after the other; some already are."""


def sentences(rules: CompiledRulebook) -> Iterator[str]:
    for terms in rules.rulebook.terms.values():
        yield from (*terms.hits, *terms.misses)


def told(tried: Tried) -> tuple[object, ...]:
    return tried.mentioned, tried.outcome, tried.reasons


@pytest.mark.parametrize("writing", WRITINGS)
def test_every_shipped_sentence_does_the_same_in_every_script(rules: CompiledRulebook, writing: str) -> None:
    """All `hits` and `misses` of the term lists: the same lists, the same decision and the same reasons."""
    converters = [opencc.OpenCC(name) for name in WRITINGS[writing]]
    changed = 0
    for sentence in sentences(rules):
        written = sentence
        for converter in converters:
            written = converter.convert(written)
        changed += written != sentence
        assert told(try_text(rules, written)) == told(try_text(rules, sentence)), (sentence, written)
    assert changed > 20


def test_every_shipped_sentence_says_that_the_other_script_does_the_same(rules: CompiledRulebook) -> None:
    others = [try_text(rules, sentence).other_script for sentence in sentences(rules)]
    assert all(other.same for other in others if other is not None)
    assert sum(other is not None for other in others) > 100
