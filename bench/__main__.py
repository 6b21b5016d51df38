"""Measure on this machine and write `docs/benchmarks.md`.

python -m bench [NAME…]     names of modules beside this one; all of them without a name
"""

import importlib
import sys

from bench import report


def main() -> None:
    """Measure one thing after the other."""
    for name in sys.argv[1:] or report.NAMES:
        report.add(name, importlib.import_module(f"bench.{name}").run)


if __name__ == "__main__":
    main()
