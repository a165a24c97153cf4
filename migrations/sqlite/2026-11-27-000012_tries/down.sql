DELETE FROM sqlite_stat1 WHERE idx = 'executions_tried';
DROP INDEX executions_tried;
ALTER TABLE executions DROP COLUMN tried_step;
