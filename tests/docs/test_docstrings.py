"""Every example in a docstring of the package runs."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import shutil
from importlib.util import find_spec

import pytest

import reta
from reta.datasets import crops_5, crops_15

MODULES = ["reta", *(m.name for m in pkgutil.walk_packages(reta.__path__, "reta.") if "__main__" not in m.name)]
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Finder(doctest.DocTestFinder):
    """Finds the examples of decorated functions too."""

    def _from_module(self, module, thing):
        return super()._from_module(module, thing if inspect.isclass(thing) else inspect.unwrap(thing))


def test_decorated_functions_have_their_examples_found():
    module = importlib.import_module("reta.solvers.least_squares")
    assert any("solve_least_squares" in test.name for test in Finder(exclude_empty=True).find(module))


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name, tmp_path, monkeypatch, require):
    require(find_spec("torch") or not name.startswith("reta.torch"), "its examples use PyTorch")
    monkeypatch.chdir(tmp_path)
    for sample in (crops_5(), crops_15()):
        shutil.copy(sample, tmp_path)
    module = importlib.import_module(name)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    for test in Finder(exclude_empty=True).find(module, name):
        runner.run(test, out=report.append)
    assert not report, "".join(report)
