"""`python -m shared.schemas` writes the schema files and the events' pages again; `--check` says whether they have changed.

Exit codes: 0 written, or the same; 1 a file differs, is missing, or is not of the contract any more.
"""

import sys

from shared.schemas import generate, pages

if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        different = generate.differing() + pages.differing()
        for name in different:
            sys.stderr.write(f"{name} differs from the contract; run `make schemas`\n")
        sys.exit(bool(different))
    generate.write()
    pages.write()
