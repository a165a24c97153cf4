ALTER TABLE executions DROP COLUMN unpriced_calls;
ALTER TABLE executions DROP COLUMN reasoning_tokens;
ALTER TABLE executions DROP COLUMN cache_write_tokens;

ALTER TABLE step_runs DROP COLUMN details;

ALTER TABLE attempts DROP COLUMN notes;
ALTER TABLE attempts DROP COLUMN thinking;
ALTER TABLE attempts DROP COLUMN finish_word;
ALTER TABLE attempts DROP COLUMN finish_reason;
ALTER TABLE attempts DROP COLUMN unpriced;
ALTER TABLE attempts DROP COLUMN reasoning_tokens;
ALTER TABLE attempts DROP COLUMN cache_write_tokens;
