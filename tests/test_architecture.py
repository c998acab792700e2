"""The house plan: imports point down, names and sizes stay small, the surface does not drift."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import ganvas

ROOT = Path(ganvas.__file__).parent
LAYERS = [  # a module may import from its own layer and those after it
    ["cli", "__main__"],
    ["bench"],
    ["api"],
    ["recipes", "report", "lessons", "theory", "measure"],
    ["check", "fitting", "forecast", "model", "run"],
    ["trainer"],
    ["doubts", "pace", "resuming", "saving", "trial"],
    ["flags", "recipe", "families"],
    ["state"],
    ["compiled", "translating"],
    ["engine", "checkpoint", "drawing"],
    ["finite"],
    ["ema", "play"],
    ["augment"],
    ["game", "events"],
    ["optim", "networks", "pictures"],
    ["nn", "moment"],
    ["losses", "metrics", "data", "device", "options"],
    ["files", "memory", "ranks", "seeds", "pages", "words"],
    ["transfer"],
    ["errors"],
]
LEVEL = {name: i for i, names in enumerate(LAYERS) for name in names}
MODULES = sorted(ROOT.rglob("*.py"))
FAMILY_MAY = {
    "families",
    "data",
    "errors",
    "game",
    "losses",
    "networks",
    "nn",
    "augment",
    "optim",
    "options",
}


def modules(path: Path) -> set[str]:
    """What a module imports of ganvas, by its full name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "ganvas":
                names = {alias.name for alias in node.names} - {"__version__"}
                found |= {f"ganvas.{name}" for name in names}
            else:
                found.add(node.module)
    return {name for name in found if name.startswith("ganvas.")}


def imported(path: Path) -> set[str]:
    """The top-level places in ganvas that a module imports."""
    return {name.split(".")[1] for name in modules(path)}


def place(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path):
    if place(path) == "__init__":
        return  # the face of the package hands names on, lazily
    up = {name for name in imported(path) if LEVEL[name] < LEVEL[place(path)]}
    assert not up, f"{path.name} ({place(path)}) imports {up} from above"


def test_families_know_nothing_of_training():
    """Nor does the code they share, which lays out what is looked at; of data, the batch types."""
    for path in (ROOT / "families").glob("*.py"):
        shared = path.name.startswith("_")
        assert imported(path) <= FAMILY_MAY | ({"pictures"} if shared else set()), path.name
        data = {name for name in modules(path) if name.startswith("ganvas.data")}
        assert data <= {"ganvas.data.batches"}, path.name


def test_the_engine_names_no_family():
    for name in ("engine", "ema", "game", "state", "trainer"):
        text = (ROOT / f"{name}.py").read_text()
        code = "\n".join(line for line in text.splitlines() if "Trainer(GAN()" not in line)
        assert "families" not in imported(ROOT / f"{name}.py")
        assert "GAN(" not in code


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_are_short(path):
    limit = 120 if path.parent.name == "families" and not path.name.startswith("_") else 300
    text = path.read_text()
    assert text.count("\n") <= limit
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            told = len((ast.get_docstring(node, clean=False) or "").splitlines())
            assert node.end_lineno - node.lineno + 1 - told <= 40, f"{path.name}:{node.name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_what_is_public_is_documented(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), f"{path.name} says nothing of itself"
    scopes = [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name[0] != "_")]
    for scope in scopes:
        for node in scope.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                overload = any(getattr(d, "id", "") == "overload" for d in node.decorator_list)
                short = isinstance(scope, ast.ClassDef) and any(
                    getattr(base, "id", "") == "Protocol" for base in scope.bases
                )
                assert overload or short or ast.get_docstring(node), f"{path.name}:{node.name}"


def test_the_surface_does_not_drift():
    assert ganvas.__all__ == [
        "DataSpec",
        "GAN",
        "Game",
        "GanvasError",
        "Model",
        "Moment",
        "Nets",
        "Optim",
        "Recipe",
        "Schedule",
        "Settings",
        "Trainer",
        "both",
        "data",
        "fixed",
        "load",
        "still",
        "train",
    ]
    for name in ganvas.__all__:
        assert getattr(ganvas, name) is not None


def test_only_the_penalties_differentiate_inside_a_loss():
    users = {p.name for p in MODULES if "autograd.grad(" in p.read_text()}
    assert users == {"penalties.py"}


def test_nothing_unpickles_or_runs_what_a_file_says():
    for path in MODULES:
        text = path.read_text()
        for word in ("pickle", "torch.load(", "eval(", "exec("):
            hits = [
                line
                for line in text.splitlines()
                if word in line.replace("safetensors.torch.load(", "")
                if ".eval()" not in line and "exec_module" not in line
            ]
            assert not [h for h in hits if not h.strip().startswith(("#", '"'))], (path, hits)
