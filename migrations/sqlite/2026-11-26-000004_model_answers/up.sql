-- How answers ended, and what they cost as far as it is known. Everything is added with a default: an older server can
-- use the database beside a newer one.
ALTER TABLE attempts ADD COLUMN cache_write_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN reasoning_tokens BIGINT NOT NULL DEFAULT 0;
-- The price is not known: `cost_usd` is 0 and says nothing.
ALTER TABLE attempts ADD COLUMN unpriced BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE attempts ADD COLUMN finish_reason TEXT;
ALTER TABLE attempts ADD COLUMN finish_word TEXT;
ALTER TABLE attempts ADD COLUMN thinking TEXT;
-- A list of texts, as JSON.
ALTER TABLE attempts ADD COLUMN notes TEXT;

-- Figures and words of a step run that are read only together with it, as JSON.
ALTER TABLE step_runs ADD COLUMN details TEXT;

ALTER TABLE executions ADD COLUMN cache_write_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE executions ADD COLUMN reasoning_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE executions ADD COLUMN unpriced_calls INTEGER NOT NULL DEFAULT 0;
