"""The account of K55: 55 cases, 501 elements, 250 individuals, over six years, as a seed wills it; and the truth beside it."""
