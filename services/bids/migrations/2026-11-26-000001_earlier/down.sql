DROP TABLE project;
DROP TABLE report;
