"""Kafka: events in, outputs out, start checks."""
