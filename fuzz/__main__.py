"""``python -m fuzz``: cases until the time or the number is up; failures with what repeats them.

python -m fuzz --seconds 600 --seed 1     as long as one likes
python -m fuzz --cases 1000               the slice that the tests run
python -m fuzz --case 4711 [--only cut]   one case, with some of its damages
"""

from __future__ import annotations

import argparse
import json
import select
import subprocess
import sys
import time
from typing import Any

from fuzz.choose import chosen

SECONDS_ALLOWED = 60  # for one case: a fit of a few rows takes some milliseconds
MEGABYTES_ALLOWED = 1_500


class Worker:
    """A process that judges cases; started again after a crash."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._peak = 0

    def wrong(self, seed: int, only: list[str] | None = None) -> str:
        """Return what is wrong with a case."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "fuzz.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                bufsize=1,
            )
            self._peak = MEGABYTES_ALLOWED
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{seed} {','.join(only)}\n" if only is not None else f"{seed}\n")
        ready, _, _ = select.select([stdout], [], [], SECONDS_ALLOWED)
        line = stdout.readline() if ready else ""
        if line:
            answer: dict[str, Any] = json.loads(line)
            return self._with_memory(answer)
        self._process.kill()
        code = self._process.wait()
        self._process = None
        return f"no answer in {SECONDS_ALLOWED} s" if not ready else f"the process died: {code}"

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _with_memory(self, answer: dict[str, Any]) -> str:
        grown = answer["megabytes"] > self._peak
        self._peak = max(self._peak, answer["megabytes"])
        memory = f"memory rose to {answer['megabytes']} MB. " if grown else ""
        return memory + answer["wrong"]


def smallest(worker: Worker, seed: int, names: list[str]) -> list[str]:
    """Return as few of the damages as still make the case fail."""
    kept = list(names)
    for name in names:
        fewer = [other for other in kept if other != name]
        if worker.wrong(seed, fewer or ["-"]):
            kept = fewer
    return kept


def report(worker: Worker, seed: int, wrong: str) -> None:
    """Print a failure and the command that repeats it with the fewest damages."""
    form, names = chosen(seed)
    few = smallest(worker, seed, names) if names else []
    told = worker.wrong(seed, few or ["-"]) if len(few) < len(names) else wrong
    only = f" --only {','.join(few) or '-'}" if names else ""
    print(f"{form}: {told or wrong}\n  again with: python -m fuzz --case {seed}{only}", flush=True)


def main() -> int:
    """Return 1 where a case failed."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0, help="the first case's number")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--cases", type=float, default=float("inf"))
    parser.add_argument("--most-failures", type=int, default=20)
    parser.add_argument("--case", type=int)
    parser.add_argument("--only", type=lambda text: text.split(","))
    given = parser.parse_args()
    worker = Worker()
    try:
        if given.case is not None:
            wrong = worker.wrong(given.case, given.only)
            print(f"{' '.join([chosen(given.case)[0], *chosen(given.case)[1]])}: {wrong or 'as it should be'}")
            return bool(wrong)
        return _many(worker, given)
    finally:
        worker.close()


def _many(worker: Worker, given: argparse.Namespace) -> int:
    if given.seconds == given.cases == float("inf"):
        given.seconds = 60
    end, failures, seed = time.monotonic() + given.seconds, 0, given.seed
    while time.monotonic() < end and seed - given.seed < given.cases and failures < given.most_failures:
        if wrong := worker.wrong(seed):
            failures += 1
            report(worker, seed, wrong)
        seed += 1
    print(f"{seed - given.seed:,} cases from {given.seed} on, {failures} failed")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
