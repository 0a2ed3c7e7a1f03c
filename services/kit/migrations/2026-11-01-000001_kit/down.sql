DROP TABLE inbox_version;
DROP TABLE inbox;
DROP TABLE outbox;
DROP TABLE idempotency;
DROP TABLE clock;
