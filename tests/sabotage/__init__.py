"""Each rule broken on purpose, to see its test go red: `make sabotage`.

Shape: `patches/NN_<layer>_<what>.patch` breaks invariant NN in one layer that keeps it. Above the diff stand what it breaks, in
words, and a line `Test: <file>::<function>`: the test that must go red. A test that survives is a defect of the test.
"""
