"""`triage erase`: the personal data of a case or of a customer go for good."""

from getpass import getuser
from typing import Annotated

import typer

from triage.cli.options import Config, StoreUrl, counted, settings_from
from triage.errors import WrongSettings
from triage.main.tools import opened_store
from triage.service.erase import active_eraser, erase_case, erase_customer, left_alone, told
from triage.service.release import Shelf


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    app.command("erase")(erase)


def erase(
    case: Annotated[str | None, typer.Option("--case", help="The personal data of this case.")] = None,
    customer: Annotated[str | None, typer.Option("--customer", help="Of all cases of this customer (id).")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the audit, so name nobody in it.")] = "",
    config: Config = None,
    store: StoreUrl = None,
) -> None:
    """Erase personal data for good: what people wrote, facts, and the bytes of dead letters. Ids, types, times, clocks
    and outcomes stay. Daemons may run meanwhile. Exit 1 when nothing is known of the case or the customer."""
    faults = [] if (case is None) != (customer is None) else ["one of --case and --customer"]
    faults += [] if reason.strip() else ["--reason: say why"]
    if faults:
        raise WrongSettings(faults)
    settings = settings_from(config, store__url=store)
    with opened_store(settings) as opened:
        eraser = active_eraser(opened, Shelf())
        if case is not None:
            print(f"case {case}: erased {told(erase_case(opened, eraser, case, who=getuser(), why=reason))}")
            return
        found = erase_customer(opened, eraser, customer or "", who=getuser(), why=reason)
    for name, erased in found.cases.items():
        print(f"case {name}: erased {told(erased)}")
    print(f"customer {customer}: {counted(len(found.cases), 'case')}; beside them erased {told(found.letters)}")
    for name in found.once:
        print(left_alone(name))
