"""The record's schema, one revision a step. Only `migrate` runs them; `run` refuses any other version than its own."""
