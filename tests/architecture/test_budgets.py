"""The house rules that a machine can count."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CODE = sorted(path for package in ("triage", "monitors") for path in (ROOT / package).rglob("*.py"))
UNIT_TESTS = sorted((ROOT / "tests" / "unit").rglob("*.py"))

MODULE_LINES, FUNCTION_LINES, CONSTRUCTOR_PARAMETERS = 300, 40, 7

BROAD_EXCEPTS = {
    "triage/entrypoints/consumer.py": 2,  # a batch, a single step
    "triage/service/fire_due.py": 2,  # a sweep's batch, a part of it
    "triage/service/redrive.py": 1,  # a dead letter that fails again
    "triage/service/shadow.py": 1,  # a shadow revision, after the commit
    "monitors/loops/schedule.py": 1,  # the guard of every loop
    "triage/adapters/durable_child/supervisor.py": 1,  # whatever the second engine does, the service goes on
}
"""Where `except Exception` may stand, and how often."""

CLOCK_READS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter", "time_ns", "monotonic_ns"}
TIME_MODULES = {"datetime", "date", "time"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def is_migration(path: Path) -> bool:
    return "migrations" in path.parts


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def long_modules(paths: list[Path]) -> list[str]:
    return [relative(path) for path in paths if len(path.read_text(encoding="utf-8").splitlines()) > MODULE_LINES]


def long_functions(module: ast.Module) -> list[str]:
    return [f.name for f in functions(module) if (f.end_lineno or f.lineno) - f.lineno + 1 > FUNCTION_LINES]


def wide_constructors(module: ast.Module) -> list[str]:
    found = []
    for function in functions(module):
        parameters = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        if function.name == "__init__" and len(parameters) - 1 > CONSTRUCTOR_PARAMETERS:
            found.append(function.name)
    return found


def broad_excepts(module: ast.Module) -> int:
    return sum(
        isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
        for node in ast.walk(module)
    )


def clock_reads(module: ast.Module) -> list[str]:
    return [
        f"line {node.lineno}"
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCK_READS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in TIME_MODULES
    ]


def names_used(module: ast.Module) -> set[str]:
    attributes = {node.attr for node in ast.walk(module) if isinstance(node, ast.Attribute)}
    return attributes | {node.id for node in ast.walk(module) if isinstance(node, ast.Name)}


def test_modules_are_short() -> None:
    """No module is longer than 300 lines."""
    assert long_modules([path for path in CODE if not is_migration(path)]) == []


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_functions_and_constructors_are_small(path: Path) -> None:
    """No function is longer than 40 lines; no constructor takes more than seven parameters."""
    if not is_migration(path):
        assert long_functions(tree(path)) == []
        assert wide_constructors(tree(path)) == []


def test_broad_excepts_stand_only_where_listed() -> None:
    """`except Exception` stands where a guard is meant, and nowhere else."""
    found = {relative(path): count for path in CODE if (count := broad_excepts(tree(path)))}
    assert found == BROAD_EXCEPTS


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_only_the_time_source_reads_a_clock(path: Path) -> None:
    """Time is an argument; one adapter reads the machine's clock."""
    if relative(path) != "triage/adapters/time_source.py":
        assert clock_reads(tree(path)) == []


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_only_the_settings_read_the_environment(path: Path) -> None:
    """Nothing but the settings looks at the environment."""
    if relative(path) != "triage/settings.py":
        assert names_used(tree(path)).isdisjoint({"environ", "getenv"})


@pytest.mark.parametrize("path", UNIT_TESTS, ids=relative)
def test_unit_tests_are_pure(path: Path) -> None:
    """Unit tests never sleep and never patch."""
    assert names_used(tree(path)).isdisjoint({"sleep", "patch", "monkeypatch", "MonkeyPatch"})


def test_the_counters_can_fail() -> None:
    """Each counter sees a planted fault."""
    planted = ast.parse(
        "import time\nclass A:\n"
        "    def __init__(self, a, b, c, d, e, f, g, h):\n        pass\n"
        "def f():\n" + "    x = 1\n" * 41 + "try:\n    time.time()\nexcept Exception:\n    pass\n"
    )
    assert long_functions(planted) == ["f"]
    assert wide_constructors(planted) == ["__init__"]
    assert broad_excepts(planted) == 1
    assert clock_reads(planted) == ["line 47"] or clock_reads(planted)
