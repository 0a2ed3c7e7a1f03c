-- The sweep finds the oldest answers by it.
CREATE INDEX idempotency_by_age ON idempotency (answered_at);
