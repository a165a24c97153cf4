DROP INDEX executions_tried;
ALTER TABLE executions DROP COLUMN tried_step;
