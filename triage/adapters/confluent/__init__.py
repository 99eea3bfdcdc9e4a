"""Kafka by confluent-kafka, the extra `fast`: the same events in, outputs out and start checks as `adapters.kafka`."""
