"""What the record says, for people and programs to read: one module a subject, plain SQL, and rows that are named."""
