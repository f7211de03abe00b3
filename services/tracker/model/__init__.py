"""Pure: what is true, what it obliges, who may see it. No clock, no randomness, no I/O."""
