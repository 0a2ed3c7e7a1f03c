-- Whether a round manager released the payment once. What was released before is not known: it may be held once more.
ALTER TABLE payment ADD COLUMN released BOOLEAN NOT NULL DEFAULT FALSE;
