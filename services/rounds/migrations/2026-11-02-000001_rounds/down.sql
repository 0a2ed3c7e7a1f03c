DROP TABLE history;
DROP TABLE round;
DROP TABLE framework_version;
DROP TABLE framework;
