"""Where it is kept: the tables, what is filed in one transaction, and what is remembered of it between batches."""
