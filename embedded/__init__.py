"""Valkey and PostgreSQL from wheels, for a laptop, the demo and the tests. Services only ever get URLs."""
