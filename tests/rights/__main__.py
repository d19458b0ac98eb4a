"""Write the table of rights from the code, for review: ``python -m tests.rights``."""

from __future__ import annotations

import sys

from tests.rights.table import FILE, write

if __name__ == "__main__":
    new = write()
    sys.stdout.write(f"{FILE}: {new} rows are new; their column foreign wants a decision\n")
