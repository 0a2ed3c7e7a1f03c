DROP TABLE history;
DROP TABLE addendum;
DROP TABLE hand_in;
DROP TABLE revision;
DROP TABLE report;
DROP TABLE award;
