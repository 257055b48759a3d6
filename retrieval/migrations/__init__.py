"""The record's tables, step by step, as alembic migrations; `retrieval.record` runs them."""
