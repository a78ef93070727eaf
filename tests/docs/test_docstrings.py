"""Every example in a docstring of the package runs."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import shutil

import pytest

import reta
from reta.datasets import crops_5, crops_15

MODULES = ["reta", *(m.name for m in pkgutil.walk_packages(reta.__path__, "reta.") if "__main__" not in m.name)]
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for sample in (crops_5(), crops_15()):
        shutil.copy(sample, tmp_path)
    module = importlib.import_module(name)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, name):
        runner.run(test, out=report.append)
    assert not report, "".join(report)
