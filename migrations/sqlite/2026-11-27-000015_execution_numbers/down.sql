DROP TABLE execution_counters;
DROP TABLE execution_numbers;
