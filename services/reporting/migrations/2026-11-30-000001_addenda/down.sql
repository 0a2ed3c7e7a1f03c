-- What was released of addenda is forgotten, and with it released to nobody.
ALTER TABLE addendum DROP COLUMN release;
