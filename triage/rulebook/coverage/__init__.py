"""What the examples of a rulebook show of it, and what no example shows."""
