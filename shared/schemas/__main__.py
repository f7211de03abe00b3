"""`python -m shared.schemas` writes the schema files again; `--check` says whether they are as the contract would write them.

Exit codes: 0 written, or the same; 1 a file differs, is missing, or is not of the contract any more.
"""

import sys

from shared.schemas.generate import differing, write

if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        different = differing()
        for name in different:
            sys.stderr.write(f"{name} differs from the contract; run `make schemas`\n")
        sys.exit(bool(different))
    write()
