"""python -m solvers MODEL: solves a file, see `solvers.command`."""

import sys

from solvers.command import main

if __name__ == "__main__":
    sys.exit(main())
