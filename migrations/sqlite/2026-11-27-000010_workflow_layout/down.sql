DROP TABLE workflow_layouts;
