"""One target under atheris, in a process of its own. The options are libFuzzer's."""

import sys

import atheris

with atheris.instrument_imports(include=["services.intake", "shared", "joserfc", "tomllib"]):
    from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    name = sys.argv.pop(1)
    sys.argv[0] = f"{sys.executable} -m tests.fuzz.guided {name}"  # how it starts itself again, to merge
    atheris.Setup(sys.argv, TARGETS[name].run)
    atheris.Fuzz()
