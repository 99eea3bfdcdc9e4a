"""Real parts for tests: an Apache Kafka and a PostgreSQL of their own, on free ports."""
