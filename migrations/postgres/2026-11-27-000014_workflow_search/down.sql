DROP TABLE workflow_search;
