"""Filling the templates of this folder."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=PackageLoader("triage.adapters.pages", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, **values: Any) -> str:
    """The page as HTML. `template`: a file of this folder. A value that the template asks for and that is not there is
    an error; whatever a value holds, it is text and never markup."""
    return _TEMPLATES.get_template(template).render(**values)
