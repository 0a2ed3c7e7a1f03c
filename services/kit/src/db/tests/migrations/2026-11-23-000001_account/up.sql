CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY,
    amount BIGINT NOT NULL CHECK (amount >= 0)
);
