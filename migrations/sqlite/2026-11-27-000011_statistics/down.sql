DROP INDEX workflows_published;
DROP TABLE workflow_model_day_stats;
DROP TABLE workflow_step_day_stats;
DROP TABLE workflow_day_stats;
DROP TABLE uncounted_executions;
DROP TABLE duration_buckets;
