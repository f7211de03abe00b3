"""Coverage-guided fuzz of what reads bytes from outside (`make fuzz`), and the corpus that it left, replayed by a test."""
