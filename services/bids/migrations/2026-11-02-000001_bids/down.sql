DROP TABLE duplicate;
DROP TABLE clarification;
DROP TABLE receipt;
DROP TABLE history;
DROP TABLE revision;
DROP TABLE participant;
DROP TABLE bid;
DROP TABLE intake;
