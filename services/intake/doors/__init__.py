"""How statements come in: each door turns its own format into submissions."""
