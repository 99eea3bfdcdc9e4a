"""Pages that can be mailed, made of what the services found."""

from triage.adapters.pages.page import page
from triage.rulebook.decide import CompiledRulebook
from triage.service.backtest.report import report_values
from triage.service.backtest.summary import Summary
from triage.service.backtest.tally import Tally
from triage.service.explain import Explanation
from triage.service.explain_parts import groups_of, personal_texts, words_of_page
from triage.service.explain_view import in_language


def explanation_page(explanation: Explanation, language: str, *, every: bool, one: bool) -> str:
    """The explanation as a page that can be mailed. `every`, `one`: which rules it shows, see `groups_of`."""
    line = in_language(explanation, language)
    return page(
        "explanation.html",
        language=language,
        line=line,
        one=one,
        personal=personal_texts(line),
        words={name: text.said(language) for name, text in words_of_page(explanation).items()},
        groups=[
            {"title": group.title.said(language), "rules": group.rules}
            for group in groups_of(line, every=every, one=one)
        ],
    )


def backtest_page(
    tally: Tally, result: Summary, after: CompiledRulebook, before: CompiledRulebook | None, language: str
) -> str:
    """The report of a backtest. `before`: None for one rulebook alone."""
    return page("backtest.html", **report_values(tally, result, after, before, language))
