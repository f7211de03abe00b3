"""What is said: the words of each kind, who gets them, and what became of every attempt to hand a mail over."""
