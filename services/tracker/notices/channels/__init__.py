"""Ways out: a channel takes one mail and says what became of it. It knows no notice, no record and no rule."""
