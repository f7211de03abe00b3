"""Intake decides: it turns what an upstream system submits into a fact, or refuses it with a reason."""
