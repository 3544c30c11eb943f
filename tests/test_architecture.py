"""The rules of the house, read from the source: who may import whom, who may reach outside, how large a room is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from studio.environment import BASE_DIR

PACKAGE = BASE_DIR / "studio"

# From the ground up: a layer may import itself and those before it.
LAYERS = (
    ("choices", "lib"),
    ("media",),
    ("providers",),
    ("models",),
    ("services",),
    ("jobs",),
    ("access", "forms", "views", "templatetags"),
)
LAYER_OF = {name: number for number, names in enumerate(LAYERS) for name in names}
# Puts the parts together, so it may know them all.
WIRING = {
    "apps",
    "checks",
    "environment",
    "management",
    "migrations",
    "office_urls",
    "serving",
    "settings",
    "supervisor",
    "urls",
    "watching",
    "wsgi",
}
SANDBOX_MAY_IMPORT = {"choices", "lib", "sandbox"}
# Not even types of HTTP anywhere else; and clients are made in yet fewer places.
KNOWS_HTTP = ("providers/", "jobs/", "media/downloads.py", "media/addresses.py", "sandbox/")
MAKES_CLIENTS = {"providers/clients.py", "providers/http.py", "media/downloads.py"}
CLIENT_MAKERS = {"Client", "AsyncClient", "get", "post", "put", "delete", "request", "stream"}
GATEWAY_ADAPTERS = ("adapter", "clients", "http")
READS_ENVIRONMENT = {"environment.py", "wsgi.py", "lib/processes.py"} | {
    f"management/commands/{name}.py" for name in ("up", "qcluster")
}
# Called with a job and its numbers, as the queue itself is.
POSITIONAL_BY_DESIGN = {"services/queue.py:enqueue"}
WRITES = {"save", "create", "update", "delete", "get_or_create", "update_or_create", "bulk_create", "execute", "atomic"}
LONGEST_FILE = 300
LONGEST_FUNCTION = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def sources() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def inside(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    """Every dotted name imported anywhere in a file: `from a import b` gives both `a` and `a.b`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def studio_parts(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports_of(path) if name.startswith("studio.")}


def functions_of(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, Function))


def test_every_part_of_the_package_has_a_place_in_the_layers() -> None:
    parts = {part_of(path) for path in sources()} - {"__init__"}

    assert parts - set(LAYER_OF) - WIRING == {"sandbox"}


def test_layers_import_only_from_below_themselves() -> None:
    wrong = [
        f"{inside(path)} imports studio.{part}"
        for path in sources()
        if part_of(path) in LAYER_OF
        for part in sorted(studio_parts(path))
        if LAYER_OF.get(part, 99) > LAYER_OF[part_of(path)]
    ]

    assert wrong == []


def test_sandbox_knows_nothing_of_the_rest() -> None:
    wrong = [
        f"{inside(path)} imports studio.{part}"
        for path in sources()
        if part_of(path) == "sandbox"
        for part in sorted(studio_parts(path) - SANDBOX_MAY_IMPORT)
    ]

    assert wrong == []


def test_nothing_but_its_command_imports_the_sandbox() -> None:
    users = [inside(path) for path in sources() if "sandbox" in studio_parts(path) and part_of(path) != "sandbox"]

    assert users == ["management/commands/sandbox.py"]


def test_only_jobs_call_gateways() -> None:
    wrong = [
        f"{inside(path)} imports {name}"
        for path in sources()
        if part_of(path) in {"services", "access", "forms", "views", "templatetags"}
        for name in imports_of(path)
        if name.startswith("studio.providers.") and name.split(".")[-1] in GATEWAY_ADAPTERS
    ]

    assert wrong == []


def test_pages_do_not_import_jobs() -> None:
    pages = ("access", "forms", "views", "templatetags")

    assert [inside(path) for path in sources() if part_of(path) in pages and "jobs" in studio_parts(path)] == []


def test_http_is_known_only_where_it_is_spoken() -> None:
    libraries = {"httpx", "aiohttp", "httpx_aiohttp", "urllib.request", "requests"}
    wrong = [
        inside(path)
        for path in sources()
        if libraries & set(imports_of(path)) and not inside(path).startswith(KNOWS_HTTP)
    ]

    assert wrong == []


def test_http_clients_are_made_in_one_place() -> None:
    makers = [
        inside(path)
        for path in sources()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {f"httpx.{name}" for name in CLIENT_MAKERS}
    ]

    assert set(makers) - MAKES_CLIENTS == set()


def test_providers_are_free_of_django() -> None:
    wrong = [
        f"{inside(path)} imports {name}"
        for path in sources()
        if part_of(path) == "providers"
        for name in imports_of(path)
        if name.split(".")[0] == "django"
    ]

    assert wrong == []


def test_services_never_see_a_request() -> None:
    wrong = [
        f"{inside(path)} imports {name}"
        for path in sources()
        if part_of(path) in {"models", "services", "jobs"}
        for name in imports_of(path)
        if name.startswith(("django.http", "django.shortcuts", "django.views", "django.forms"))
    ]

    assert wrong == []


def test_only_the_environment_reads_the_environment() -> None:
    wrong = [
        inside(path)
        for path in sources()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    ]

    assert set(wrong) - READS_ENVIRONMENT == set()


def test_services_that_write_take_keyword_arguments_only() -> None:
    wrong = [
        f"{inside(path)}:{node.name}"
        for path in sources()
        if part_of(path) == "services"
        for node in tree_of(path).body
        if isinstance(node, Function) and not node.name.startswith("_") and writes(node)
        if node.args.args or node.args.posonlyargs or node.args.vararg
    ]

    assert set(wrong) - POSITIONAL_BY_DESIGN == set()


def writes(function: Function) -> bool:
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    # A picture is saved to somewhere, a row just saved.
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr in WRITES
        and not (call.func.attr == "save" and call.args)
        for call in calls
    )


def test_files_and_functions_are_small_rooms() -> None:
    files = [
        f"{place(path)} has {length} lines"
        for path in [*sources(), *its_tests(), *browser_files()]
        if (length := len(path.read_text().splitlines())) > LONGEST_FILE
    ]
    functions = [
        f"{place(path)}:{node.name} has {length} lines"
        for path in [*sources(), *its_tests()]
        for node in functions_of(path)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]

    assert files + functions == []


def its_tests() -> list[Path]:
    found = sorted((BASE_DIR / "tests").rglob("*.py"))
    # What npm brings is no work of ours.
    return [path for path in found if "node_modules" not in path.parts]


def browser_files() -> list[Path]:
    return sorted([*(BASE_DIR / "static" / "css").glob("*.css"), *(BASE_DIR / "static" / "js").glob("*.js")])


def place(path: Path) -> str:
    return path.relative_to(BASE_DIR).as_posix()


def test_every_module_says_what_lives_there() -> None:
    silent = [inside(path) for path in sources() if path.read_text().strip() and not ast.get_docstring(tree_of(path))]

    assert silent == []


def test_annotations_are_postponed_everywhere() -> None:
    without = [
        place(path)
        for path in [*sources(), *its_tests()]
        if not is_only_a_docstring(path) and "__future__.annotations" not in set(imports_of(path))
    ]

    assert without == []


def is_only_a_docstring(path: Path) -> bool:
    return all(isinstance(node, ast.Expr) for node in tree_of(path).body)
