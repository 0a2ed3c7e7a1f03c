-- How often each event had its effect. No constraint holds it to one: that it is one is what the test is about.
CREATE TABLE effect (
    event_id TEXT NOT NULL PRIMARY KEY,
    n_times BIGINT NOT NULL
);
