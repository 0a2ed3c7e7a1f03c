ALTER TABLE payment DROP COLUMN released;
