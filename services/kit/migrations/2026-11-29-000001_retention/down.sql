DROP INDEX idempotency_by_age;
