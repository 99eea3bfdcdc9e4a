"""The second engine's process: durable_rules in a child that may die, hang or lie without harm to a decision."""
