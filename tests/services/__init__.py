"""The real parts that the service stands on, for tests: an Apache Kafka and a PostgreSQL of their own, on free ports."""
