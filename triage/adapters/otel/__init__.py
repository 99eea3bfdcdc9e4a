"""Traces by OpenTelemetry: the extra `otel`, imported only where an endpoint is set."""
