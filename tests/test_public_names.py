"""``__all__`` and what a module really offers are the same list."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from types import ModuleType

import pytest

import reta

FOUND = [found for found in pkgutil.walk_packages(reta.__path__, "reta.") if "__main__" not in found.name]
MODULES = sorted({"reta"} | {found.name for found in FOUND})
PACKAGES = sorted({"reta"} | {found.name for found in FOUND if found.ispkg})
BORROWED = {"annotations", "TYPE_CHECKING"}


@pytest.mark.parametrize("name", MODULES)
def test_every_promised_name_is_there_once(name):
    module = importlib.import_module(name)
    promised = _promised(module)
    assert len(set(promised)) == len(promised)
    assert [missing for missing in promised if not hasattr(module, missing)] == []


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_hands_on_what_it_promises_and_no_more(name):
    module = importlib.import_module(name)
    promised = {key for key in _promised(module) if not key.startswith("_")}
    submodules = {key for key in dir(module) if isinstance(getattr(module, key), ModuleType)}
    offered = {key for key in dir(module) if not key.startswith("_")} - BORROWED - (submodules - promised)
    assert offered == promised


@pytest.mark.parametrize("name", sorted(set(MODULES) - set(PACKAGES)))
def test_a_module_promises_every_public_thing_it_defines(name):
    module = importlib.import_module(name)
    defined = {
        key
        for key, value in vars(module).items()
        if not key.startswith("_")
        and (inspect.isclass(value) or inspect.isroutine(value))
        and getattr(value, "__module__", None) == name
    }
    assert defined - set(_promised(module)) == set()


@pytest.mark.parametrize("used_before", ["reta.fit", "import reta.moment", "reta.LinearModel"])
def test_a_function_is_not_hidden_by_the_package_of_its_name(used_before):
    code = f"import reta; {used_before}; print(callable(reta.moments))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.stdout.strip(), run.stderr) == ("True", "")


def _promised(module: ModuleType) -> list[str]:
    return list(getattr(module, "__all__", []))
