PRAGMA foreign_keys = OFF;
BEGIN TRANSACTION;
CREATE TABLE __diesel_schema_migrations (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO "__diesel_schema_migrations" VALUES('20261120000001','2026-11-26 17:35:37');
CREATE TABLE attempts (
    tenant_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    path TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL,
    provider TEXT,
    model TEXT,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cached_input_tokens BIGINT NOT NULL,
    usage_estimated BOOLEAN NOT NULL,
    cost_usd DOUBLE NOT NULL,
    content TEXT,
    error TEXT,
    started_at BIGINT NOT NULL,
    completed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, execution_id, path, attempt),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
);
INSERT INTO "attempts" VALUES('local','execution-01a218ed-5727-725d-a936-cf90a6b94906','a',1,'completed','demo','demo-instant',7,121,0,0,0.0,'*Simulated answer of the demo provider.*

## On write

1. **write**: People who deal with write ask for fewer surprises, not for more options. Measure once before and once after; keep the figure with the change. Nothing here depends on a decision not yet made.

2. **about**: Most of the work on about lies in deciding what to leave out. Each part has one owner, one input and one output, so that it can be changed without the others. Nothing here depends on a decision not yet made.
',NULL,1795714537255877,1795714537258033);
INSERT INTO "attempts" VALUES('local','execution-01a218ed-5727-725d-a936-cf90a6b94906','b',1,'completed','demo','demo-echo',127,124,0,0,0.0,'*Simulated answer of the demo provider.*

## On write

1. **write**: People who deal with write ask for fewer surprises, not for more options. Measure once before and once after; keep the figure with the change. Nothing here depends on a decision not yet made.

2. **about**: Most of the work on about lies in deciding what to leave out. Each part has one owner, one input and one output, so that it can be changed without the others. Nothing here depends on a decision not yet made.
 and more',NULL,1795714537258033,1795714537259221);
INSERT INTO "attempts" VALUES('local','execution-01a218ed-572f-75e0-8f12-78c821b2a5e8','a',1,'completed','demo','demo-echo',4,4,0,0,0.0,'Write about tea.',NULL,1795714537263218,1795714537264684);
INSERT INTO "attempts" VALUES('local','execution-01a218ed-572f-75e0-8f12-78c821b2a5e8','b',1,'failed','demo','demo-broken',0,0,0,0,0.0,NULL,'{"code":"provider_rejected","message":"demo-broken refuses every request. Change the step, or switch it to another model."}',1795714537264684,1795714537265563);
INSERT INTO "attempts" VALUES('local','execution-01a218ed-5735-703f-b519-1afc9f93abbb','a',1,'completed','demo','demo-echo',4,4,0,0,0.0,'Write about tea.',NULL,1795714537269533,1795714537270736);
INSERT INTO "attempts" VALUES('local','execution-01a218ed-573e-7624-a60e-e83b8028d852','a',1,'completed','demo','demo-echo',4,4,0,0,0.0,'Text to review',NULL,1795714537278620,1795714537280104);
INSERT INTO "attempts" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828','a',1,'completed','demo','demo-echo',4,4,0,0,0.0,'Text to revise',NULL,1795714537285179,1795714537286424);
INSERT INTO "attempts" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828','a',2,'completed','demo','demo-echo',43,43,0,0,0.0,'Text to revise

---
This was your previous answer:

Text to revise

---
A reviewer asks you to change it:

Shorter, please.

Write the whole answer anew, with the change.',NULL,1795714537290425,1795714537291649);
INSERT INTO "attempts" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828','a',3,'completed','demo','demo-echo',82,82,0,0,0.0,'Text to revise

---
This was your previous answer:

Text to revise

---
This was your previous answer:

Text to revise

---
A reviewer asks you to change it:

Shorter, please.

Write the whole answer anew, with the change.

---
A reviewer asks you to change it:

Shorter, please.

Write the whole answer anew, with the change.',NULL,1795714537350795,1795714537352463);
INSERT INTO "attempts" VALUES('local','execution-01a218ed-59e7-714c-8c00-2607c1ef8532','a',1,'interrupted','demo','demo-slow',4,21,0,1,0.0,'*Simulated answer of the demo provider.*

## On write

1. **write**: It helps to ','{"code":"interrupted","message":"The server stopped while the attempt was under way."}',1795714537959729,1795714538539644);
INSERT INTO "attempts" VALUES('local','execution-01a218ed-57cb-747c-bfdf-87918d92d92f','a',1,'interrupted','demo','demo-slow',4,42,0,1,0.0,'*Simulated answer of the demo provider.*

## On write

1. **write**: It helps to begin write with the smallest part that is useful by itself. Anything that cannot be ','{"code":"interrupted","message":"The server stopped while the attempt was under way."}',1795714537419425,1795714538537560);
INSERT INTO "attempts" VALUES('local','execution-01a218ed-5e7d-71f5-b004-aa382f915083','a',1,'failed','demo','demo-flaky',0,0,0,0,0.0,NULL,'{"code":"provider_unavailable","message":"demo-flaky fails 2 times before it answers; this was number 1. Retry the step, or switch it to another model."}',1795714539133250,1795714539135284);
CREATE TABLE credentials (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    provider TEXT NOT NULL,
    sealed_key BLOB,
    key_hint TEXT,
    base_url TEXT,
    default_model TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, provider)
);
INSERT INTO "credentials" VALUES('local','openai',X'79AD4C7E0A410527826CD48660D23C7B0D6C4A5F65C3618C2099E5253CDE17DFC0CF9E2B8E060464EB12780E24BA33BE78D92C7FE5DD0D1709C856BC61','…6789','http://127.0.0.1:9/v1',NULL,1795714537208434,1795714537208434);
CREATE TABLE engines (
    id TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
INSERT INTO "engines" VALUES('engine-01a218ed-5c1d-74d4-b75c-78741f1359c7',1795714539866035);
CREATE TABLE events (
    tenant_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (tenant_id, execution_id, seq),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "events" VALUES('local','execution-01a218ed-5727-725d-a936-cf90a6b94906',1,'{"seq":1,"type":"progress","execution_id":"execution-01a218ed-5727-725d-a936-cf90a6b94906","at":"2026-11-26T17:35:37.255877Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5727-725d-a936-cf90a6b94906',2,'{"seq":2,"type":"progress","execution_id":"execution-01a218ed-5727-725d-a936-cf90a6b94906","at":"2026-11-26T17:35:37.255877Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5727-725d-a936-cf90a6b94906',3,'{"seq":3,"type":"progress","execution_id":"execution-01a218ed-5727-725d-a936-cf90a6b94906","at":"2026-11-26T17:35:37.258033Z","step_status":"completed","step_id":"a","path":"a","step_label":"A","attempt":1,"token_usage":{"input_tokens":7,"output_tokens":121,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":2}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5727-725d-a936-cf90a6b94906',4,'{"seq":4,"type":"progress","execution_id":"execution-01a218ed-5727-725d-a936-cf90a6b94906","at":"2026-11-26T17:35:37.258033Z","step_status":"running","step_id":"b","path":"b","step_label":"B","attempt":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5727-725d-a936-cf90a6b94906',5,'{"seq":5,"type":"progress","execution_id":"execution-01a218ed-5727-725d-a936-cf90a6b94906","at":"2026-11-26T17:35:37.259221Z","step_status":"completed","step_id":"b","path":"b","step_label":"B","attempt":1,"token_usage":{"input_tokens":127,"output_tokens":124,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5727-725d-a936-cf90a6b94906',6,'{"seq":6,"type":"done","execution_id":"execution-01a218ed-5727-725d-a936-cf90a6b94906","at":"2026-11-26T17:35:37.259221Z","status":"completed","token_usage":{"input_tokens":134,"output_tokens":245,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":3}');
INSERT INTO "events" VALUES('local','execution-01a218ed-572f-75e0-8f12-78c821b2a5e8',1,'{"seq":1,"type":"progress","execution_id":"execution-01a218ed-572f-75e0-8f12-78c821b2a5e8","at":"2026-11-26T17:35:37.263218Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO "events" VALUES('local','execution-01a218ed-572f-75e0-8f12-78c821b2a5e8',2,'{"seq":2,"type":"progress","execution_id":"execution-01a218ed-572f-75e0-8f12-78c821b2a5e8","at":"2026-11-26T17:35:37.263218Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-572f-75e0-8f12-78c821b2a5e8',3,'{"seq":3,"type":"progress","execution_id":"execution-01a218ed-572f-75e0-8f12-78c821b2a5e8","at":"2026-11-26T17:35:37.264684Z","step_status":"completed","step_id":"a","path":"a","step_label":"A","attempt":1,"token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-572f-75e0-8f12-78c821b2a5e8',4,'{"seq":4,"type":"progress","execution_id":"execution-01a218ed-572f-75e0-8f12-78c821b2a5e8","at":"2026-11-26T17:35:37.264684Z","step_status":"running","step_id":"b","path":"b","step_label":"B","attempt":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-572f-75e0-8f12-78c821b2a5e8',5,'{"seq":5,"type":"error","execution_id":"execution-01a218ed-572f-75e0-8f12-78c821b2a5e8","at":"2026-11-26T17:35:37.265563Z","step_status":"failed","step_id":"b","path":"b","step_label":"B","attempt":1,"message":"demo-broken refuses every request. Change the step, or switch it to another model.","error":{"code":"provider_rejected","message":"demo-broken refuses every request. Change the step, or switch it to another model."}}');
INSERT INTO "events" VALUES('local','execution-01a218ed-572f-75e0-8f12-78c821b2a5e8',6,'{"seq":6,"type":"error","execution_id":"execution-01a218ed-572f-75e0-8f12-78c821b2a5e8","at":"2026-11-26T17:35:37.265563Z","status":"failed","token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":2,"message":"demo-broken refuses every request. Change the step, or switch it to another model.","error":{"code":"provider_rejected","message":"demo-broken refuses every request. Change the step, or switch it to another model.","path":"b"}}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5735-703f-b519-1afc9f93abbb',1,'{"seq":1,"type":"progress","execution_id":"execution-01a218ed-5735-703f-b519-1afc9f93abbb","at":"2026-11-26T17:35:37.269533Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5735-703f-b519-1afc9f93abbb',2,'{"seq":2,"type":"progress","execution_id":"execution-01a218ed-5735-703f-b519-1afc9f93abbb","at":"2026-11-26T17:35:37.269533Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5735-703f-b519-1afc9f93abbb',3,'{"seq":3,"type":"progress","execution_id":"execution-01a218ed-5735-703f-b519-1afc9f93abbb","at":"2026-11-26T17:35:37.270736Z","step_status":"completed","step_id":"a","path":"a","step_label":"A","attempt":1,"token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5735-703f-b519-1afc9f93abbb',4,'{"seq":4,"type":"progress","execution_id":"execution-01a218ed-5735-703f-b519-1afc9f93abbb","at":"2026-11-26T17:35:37.270736Z","step_status":"waiting","step_id":"r","path":"r","step_label":"R","message":"“R” waits for your review."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5735-703f-b519-1afc9f93abbb',5,'{"seq":5,"type":"paused","execution_id":"execution-01a218ed-5735-703f-b519-1afc9f93abbb","at":"2026-11-26T17:35:37.270736Z","status":"paused","step_id":"r","path":"r","step_label":"R","token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"message":"“R” waits for your review."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5735-703f-b519-1afc9f93abbb',6,'{"seq":6,"type":"progress","execution_id":"execution-01a218ed-5735-703f-b519-1afc9f93abbb","at":"2026-11-26T17:35:37.274807Z","step_status":"cancelled","step_id":"r","path":"r","step_label":"R"}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5735-703f-b519-1afc9f93abbb',7,'{"seq":7,"type":"done","execution_id":"execution-01a218ed-5735-703f-b519-1afc9f93abbb","at":"2026-11-26T17:35:37.274807Z","status":"cancelled","token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":5}');
INSERT INTO "events" VALUES('local','execution-01a218ed-573e-7624-a60e-e83b8028d852',1,'{"seq":1,"type":"progress","execution_id":"execution-01a218ed-573e-7624-a60e-e83b8028d852","at":"2026-11-26T17:35:37.278620Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO "events" VALUES('local','execution-01a218ed-573e-7624-a60e-e83b8028d852',2,'{"seq":2,"type":"progress","execution_id":"execution-01a218ed-573e-7624-a60e-e83b8028d852","at":"2026-11-26T17:35:37.278620Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-573e-7624-a60e-e83b8028d852',3,'{"seq":3,"type":"progress","execution_id":"execution-01a218ed-573e-7624-a60e-e83b8028d852","at":"2026-11-26T17:35:37.280104Z","step_status":"completed","step_id":"a","path":"a","step_label":"A","attempt":1,"token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-573e-7624-a60e-e83b8028d852',4,'{"seq":4,"type":"progress","execution_id":"execution-01a218ed-573e-7624-a60e-e83b8028d852","at":"2026-11-26T17:35:37.280104Z","step_status":"waiting","step_id":"r","path":"r","step_label":"R","message":"“R” waits for your review."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-573e-7624-a60e-e83b8028d852',5,'{"seq":5,"type":"paused","execution_id":"execution-01a218ed-573e-7624-a60e-e83b8028d852","at":"2026-11-26T17:35:37.280104Z","status":"paused","step_id":"r","path":"r","step_label":"R","token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"message":"“R” waits for your review."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',1,'{"seq":1,"type":"progress","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.285179Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',2,'{"seq":2,"type":"progress","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.285179Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',3,'{"seq":3,"type":"progress","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.286424Z","step_status":"completed","step_id":"a","path":"a","step_label":"A","attempt":1,"token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',4,'{"seq":4,"type":"progress","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.286424Z","step_status":"waiting","step_id":"r","path":"r","step_label":"R","message":"“R” waits for your review."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',5,'{"seq":5,"type":"paused","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.286424Z","status":"paused","step_id":"r","path":"r","step_label":"R","token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"message":"“R” waits for your review."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',6,'{"seq":6,"type":"progress","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.290425Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":2}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',7,'{"seq":7,"type":"progress","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.290425Z","status":"running","token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',8,'{"seq":8,"type":"progress","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.291649Z","step_status":"completed","step_id":"a","path":"a","step_label":"A","attempt":2,"token_usage":{"input_tokens":47,"output_tokens":47,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',9,'{"seq":9,"type":"progress","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.291649Z","step_status":"waiting","step_id":"r","path":"r","step_label":"R","message":"“R” waits for your review."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',10,'{"seq":10,"type":"paused","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.291649Z","status":"paused","step_id":"r","path":"r","step_label":"R","token_usage":{"input_tokens":47,"output_tokens":47,"cached_input_tokens":0},"cost_estimate":0.0,"message":"“R” waits for your review."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',11,'{"seq":11,"type":"progress","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.350795Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":3}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',12,'{"seq":12,"type":"progress","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.350795Z","status":"running","token_usage":{"input_tokens":47,"output_tokens":47,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',13,'{"seq":13,"type":"progress","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.352463Z","step_status":"completed","step_id":"a","path":"a","step_label":"A","attempt":3,"token_usage":{"input_tokens":129,"output_tokens":129,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',14,'{"seq":14,"type":"progress","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.352463Z","step_status":"waiting","step_id":"r","path":"r","step_label":"R","message":"“R” waits for your review."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',15,'{"seq":15,"type":"paused","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.352463Z","status":"paused","step_id":"r","path":"r","step_label":"R","token_usage":{"input_tokens":129,"output_tokens":129,"cached_input_tokens":0},"cost_estimate":0.0,"message":"“R” waits for your review."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',16,'{"seq":16,"type":"progress","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.411909Z","step_status":"completed","step_id":"r","path":"r","step_label":"R","duration_ms":59}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828',17,'{"seq":17,"type":"done","execution_id":"execution-01a218ed-5745-735b-8f84-b4d441b83828","at":"2026-11-26T17:35:37.411909Z","status":"completed","token_usage":{"input_tokens":129,"output_tokens":129,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":126}');
INSERT INTO "events" VALUES('local','execution-01a218ed-57c7-7054-bbf4-1bae102df028',1,'{"seq":1,"type":"progress","execution_id":"execution-01a218ed-57c7-7054-bbf4-1bae102df028","at":"2026-11-26T17:35:37.415690Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO "events" VALUES('local','execution-01a218ed-57c7-7054-bbf4-1bae102df028',2,'{"seq":2,"type":"progress","execution_id":"execution-01a218ed-57c7-7054-bbf4-1bae102df028","at":"2026-11-26T17:35:37.415690Z","step_status":"waiting","step_id":"a","path":"a","step_label":"A","message":"The next call of `gpt-5.4-mini` may cost $0.018435, and $0.000000 of the budget of $0.000000 is spent. Raise the budget, switch the step to another model and repeat it, or stop."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-57c7-7054-bbf4-1bae102df028',3,'{"seq":3,"type":"paused","execution_id":"execution-01a218ed-57c7-7054-bbf4-1bae102df028","at":"2026-11-26T17:35:37.415690Z","status":"paused","step_id":"a","path":"a","step_label":"A","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0,"message":"The next call of `gpt-5.4-mini` may cost $0.018435, and $0.000000 of the budget of $0.000000 is spent. Raise the budget, switch the step to another model and repeat it, or stop."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-57cb-747c-bfdf-87918d92d92f',1,'{"seq":1,"type":"progress","execution_id":"execution-01a218ed-57cb-747c-bfdf-87918d92d92f","at":"2026-11-26T17:35:37.419425Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO "events" VALUES('local','execution-01a218ed-57cb-747c-bfdf-87918d92d92f',2,'{"seq":2,"type":"progress","execution_id":"execution-01a218ed-57cb-747c-bfdf-87918d92d92f","at":"2026-11-26T17:35:37.419425Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-57cb-747c-bfdf-87918d92d92f',3,'{"seq":3,"type":"paused","execution_id":"execution-01a218ed-57cb-747c-bfdf-87918d92d92f","at":"2026-11-26T17:35:37.955183Z","status":"paused","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0,"message":"Paused by a person."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-57cb-747c-bfdf-87918d92d92f',4,'{"seq":4,"type":"retry","execution_id":"execution-01a218ed-57cb-747c-bfdf-87918d92d92f","at":"2026-11-26T17:35:38.537560Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1,"message":"The server stopped while the attempt was under way. The step runs again."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-59e7-714c-8c00-2607c1ef8532',1,'{"seq":1,"type":"progress","execution_id":"execution-01a218ed-59e7-714c-8c00-2607c1ef8532","at":"2026-11-26T17:35:37.959729Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO "events" VALUES('local','execution-01a218ed-59e7-714c-8c00-2607c1ef8532',2,'{"seq":2,"type":"progress","execution_id":"execution-01a218ed-59e7-714c-8c00-2607c1ef8532","at":"2026-11-26T17:35:37.959729Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-59e7-714c-8c00-2607c1ef8532',3,'{"seq":3,"type":"progress","execution_id":"execution-01a218ed-59e7-714c-8c00-2607c1ef8532","at":"2026-11-26T17:35:38.539644Z","step_status":"outcome_unknown","step_id":"a","path":"a","step_label":"A","attempt":1,"message":"The server stopped while this step was changing something elsewhere, so it may have happened or not. Look, then say whether to repeat it, take it as done, or fail."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-59e7-714c-8c00-2607c1ef8532',4,'{"seq":4,"type":"paused","execution_id":"execution-01a218ed-59e7-714c-8c00-2607c1ef8532","at":"2026-11-26T17:35:38.539644Z","status":"paused","step_id":"a","path":"a","step_label":"A","token_usage":{"input_tokens":4,"output_tokens":21,"cached_input_tokens":0},"cost_estimate":0.0,"message":"The server stopped while this step was changing something elsewhere, so it may have happened or not. Look, then say whether to repeat it, take it as done, or fail."}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5c5e-7407-8510-d8e3f77e22dc',1,'{"seq":1,"type":"progress","execution_id":"execution-01a218ed-5c5e-7407-8510-d8e3f77e22dc","at":"2026-11-26T17:35:38.590692Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5c5e-7407-8510-d8e3f77e22dc',2,'{"seq":2,"type":"progress","execution_id":"execution-01a218ed-5c5e-7407-8510-d8e3f77e22dc","at":"2026-11-26T17:35:38.590692Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5e7d-71f5-b004-aa382f915083',1,'{"seq":1,"type":"progress","execution_id":"execution-01a218ed-5e7d-71f5-b004-aa382f915083","at":"2026-11-26T17:35:39.133250Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5e7d-71f5-b004-aa382f915083',2,'{"seq":2,"type":"progress","execution_id":"execution-01a218ed-5e7d-71f5-b004-aa382f915083","at":"2026-11-26T17:35:39.133250Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO "events" VALUES('local','execution-01a218ed-5e7d-71f5-b004-aa382f915083',3,'{"seq":3,"type":"retry","execution_id":"execution-01a218ed-5e7d-71f5-b004-aa382f915083","at":"2026-11-26T17:35:39.135284Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1,"message":"demo-flaky fails 2 times before it answers; this was number 1. Retry the step, or switch it to another model.","error":{"code":"provider_unavailable","message":"demo-flaky fails 2 times before it answers; this was number 1. Retry the step, or switch it to another model."},"retry_in_ms":498}');
CREATE TABLE execution_snapshots (
    tenant_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    input TEXT NOT NULL,
    PRIMARY KEY (tenant_id, execution_id),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
);
INSERT INTO "execution_snapshots" VALUES('local','execution-01a218ed-5727-725d-a936-cf90a6b94906','{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","persona_id":"editor","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-instant","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}} and more","provider":"demo","model":"demo-echo","enabled":true}]},"personas":{"editor":{"name":"Editor","instructions":"Be brief."}}}','{"topic":"tea"}');
INSERT INTO "execution_snapshots" VALUES('local','execution-01a218ed-572f-75e0-8f12-78c821b2a5e8','{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-echo","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-broken","enabled":true,"max_retries":0}]},"personas":{}}','{"topic":"tea"}');
INSERT INTO "execution_snapshots" VALUES('local','execution-01a218ed-5735-703f-b519-1afc9f93abbb','{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true}]},"personas":{}}','{"topic":"tea"}');
INSERT INTO "execution_snapshots" VALUES('local','execution-01a218ed-573e-7624-a60e-e83b8028d852','{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Text to review","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.R.content}}!","provider":"demo","model":"demo-echo","enabled":true}]},"personas":{}}','{"topic":"tea"}');
INSERT INTO "execution_snapshots" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828','{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Text to revise","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true}]},"personas":{}}','{"topic":"tea"}');
INSERT INTO "execution_snapshots" VALUES('local','execution-01a218ed-57c7-7054-bbf4-1bae102df028','{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"openai","model":"gpt-5.4-mini","enabled":true}]},"personas":{}}','{"topic":"tea"}');
INSERT INTO "execution_snapshots" VALUES('local','execution-01a218ed-57cb-747c-bfdf-87918d92d92f','{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"after the hold","provider":"demo","model":"demo-echo","enabled":true}]},"personas":{}}','{"topic":"tea"}');
INSERT INTO "execution_snapshots" VALUES('local','execution-01a218ed-59e7-714c-8c00-2607c1ef8532','{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true,"effect":"writes"},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}}","provider":"demo","model":"demo-echo","enabled":true}]},"personas":{}}','{"topic":"tea"}');
INSERT INTO "execution_snapshots" VALUES('local','execution-01a218ed-5c5e-7407-8510-d8e3f77e22dc','{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"the end","provider":"demo","model":"demo-echo","enabled":true}]},"personas":{}}','{"topic":"tea"}');
INSERT INTO "execution_snapshots" VALUES('local','execution-01a218ed-5e7d-71f5-b004-aa382f915083','{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-flaky","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"the end","provider":"demo","model":"demo-echo","enabled":true}]},"personas":{}}','{"topic":"tea"}');
CREATE TABLE executions (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    workflow_version BIGINT NOT NULL,
    temporal_workflow_id TEXT,
    status TEXT NOT NULL,
    on_hold BOOLEAN NOT NULL,
    live BOOLEAN NOT NULL,
    output TEXT,
    error TEXT,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cached_input_tokens BIGINT NOT NULL,
    cost_usd DOUBLE NOT NULL,
    budget_usd DOUBLE,
    yolo BOOLEAN NOT NULL,
    triggered_by TEXT NOT NULL,
    owner TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    completed_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE
);
INSERT INTO "executions" VALUES('local','execution-01a218ed-5727-725d-a936-cf90a6b94906','done',3,NULL,'completed',0,0,'"*Simulated answer of the demo provider.*\n\n## On write\n\n1. **write**: People who deal with write ask for fewer surprises, not for more options. Measure once before and once after; keep the figure with the change. Nothing here depends on a decision not yet made.\n\n2. **about**: Most of the work on about lies in deciding what to leave out. Each part has one owner, one input and one output, so that it can be changed without the others. Nothing here depends on a decision not yet made.\n and more"',NULL,134,245,0,0.0,NULL,0,'api','engine-01a218ed-56cd-721e-a3ba-5258ebc3ee07',1,3,6,1795714537255877,1795714537255877,1795714537259221);
INSERT INTO "executions" VALUES('local','execution-01a218ed-572f-75e0-8f12-78c821b2a5e8','failed',1,NULL,'failed',0,0,'"Write about tea."','{"code":"provider_rejected","message":"demo-broken refuses every request. Change the step, or switch it to another model.","path":"b"}',4,4,0,0.0,NULL,0,'api','engine-01a218ed-56cd-721e-a3ba-5258ebc3ee07',1,3,6,1795714537263218,1795714537263218,1795714537265563);
INSERT INTO "executions" VALUES('local','execution-01a218ed-5735-703f-b519-1afc9f93abbb','cancelled',1,NULL,'cancelled',0,0,'"Write about tea."',NULL,4,4,0,0.0,NULL,0,'api','engine-01a218ed-56cd-721e-a3ba-5258ebc3ee07',2,3,7,1795714537269533,1795714537269533,1795714537274807);
INSERT INTO "executions" VALUES('local','execution-01a218ed-573e-7624-a60e-e83b8028d852','review',1,NULL,'paused',0,0,NULL,NULL,4,4,0,0.0,NULL,0,'api','engine-01a218ed-56cd-721e-a3ba-5258ebc3ee07',1,2,5,1795714537278620,1795714537278620,NULL);
INSERT INTO "executions" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828','decided',1,NULL,'completed',0,0,'"As edited"',NULL,129,129,0,0.0,NULL,0,'api','engine-01a218ed-56cd-721e-a3ba-5258ebc3ee07',4,7,17,1795714537285179,1795714537285179,1795714537411909);
INSERT INTO "executions" VALUES('local','execution-01a218ed-57c7-7054-bbf4-1bae102df028','budget',1,NULL,'paused',0,0,NULL,NULL,0,0,0,0.0,1.0e-07,0,'api','engine-01a218ed-56cd-721e-a3ba-5258ebc3ee07',1,1,3,1795714537415690,1795714537415690,NULL);
INSERT INTO "executions" VALUES('local','execution-01a218ed-57cb-747c-bfdf-87918d92d92f','held',1,NULL,'paused',1,1,NULL,NULL,4,42,0,0.0,NULL,0,'api','engine-01a218ed-5c1d-74d4-b75c-78741f1359c7',2,3,4,1795714537419425,1795714537419425,NULL);
INSERT INTO "executions" VALUES('local','execution-01a218ed-59e7-714c-8c00-2607c1ef8532','unknown',1,NULL,'paused',0,0,NULL,NULL,4,21,0,0.0,NULL,0,'api','engine-01a218ed-5c1d-74d4-b75c-78741f1359c7',2,2,4,1795714537959729,1795714537959729,NULL);
INSERT INTO "executions" VALUES('local','execution-01a218ed-5c5e-7407-8510-d8e3f77e22dc','streaming',1,NULL,'running',0,1,NULL,NULL,0,0,0,0.0,NULL,0,'api','engine-01a218ed-5c1d-74d4-b75c-78741f1359c7',1,1,2,1795714538590692,1795714538590692,NULL);
INSERT INTO "executions" VALUES('local','execution-01a218ed-5e7d-71f5-b004-aa382f915083','waiting',1,NULL,'running',0,1,NULL,NULL,0,0,0,0.0,NULL,0,'api','engine-01a218ed-5c1d-74d4-b75c-78741f1359c7',1,2,3,1795714539133250,1795714539133250,NULL);
CREATE TABLE gate_decisions (
    tenant_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    path TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    decision TEXT NOT NULL,
    comment TEXT,
    content_before TEXT,
    content_after TEXT,
    difference TEXT,
    decided_by TEXT NOT NULL,
    PRIMARY KEY (tenant_id, execution_id, path, decided_at),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
);
INSERT INTO "gate_decisions" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828','r',1795714537290425,'review','revise','Shorter, please.','Text to revise',NULL,NULL,'local');
INSERT INTO "gate_decisions" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828','r',1795714537350795,'review','revise','Shorter, please.','Text to revise

---
This was your previous answer:

Text to revise

---
A reviewer asks you to change it:

Shorter, please.

Write the whole answer anew, with the change.',NULL,NULL,'local');
INSERT INTO "gate_decisions" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828','r',1795714537411909,'review','approve',NULL,'Text to revise

---
This was your previous answer:

Text to revise

---
This was your previous answer:

Text to revise

---
A reviewer asks you to change it:

Shorter, please.

Write the whole answer anew, with the change.

---
A reviewer asks you to change it:

Shorter, please.

Write the whole answer anew, with the change.','As edited','-Text to revise
-
----
-This was your previous answer:
-
-Text to revise
-
----
-This was your previous answer:
-
-Text to revise
-
----
-A reviewer asks you to change it:
-
-Shorter, please.
-
-Write the whole answer anew, with the change.
-
----
-A reviewer asks you to change it:
-
-Shorter, please.
-
-Write the whole answer anew, with the change.
+As edited
','local');
CREATE TABLE idempotency_keys (
    tenant_id TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "idempotency_keys" VALUES('local','key-budget','8a41cb64e77a1017830fb39787af2c6361c3ac2afc450e88f92227a0d1ec57ef','execution-01a218ed-57c7-7054-bbf4-1bae102df028',1795714537415690);
INSERT INTO "idempotency_keys" VALUES('local','key-cancelled','65de2159c7f41f00efa05a12666708740b955d6b1bd67aabfd6056126c4ce6ca','execution-01a218ed-5735-703f-b519-1afc9f93abbb',1795714537269533);
INSERT INTO "idempotency_keys" VALUES('local','key-decided','cfe29186dccece0060f79ecd8438c93e1586710d8d536a14f3ae3f435d3d9389','execution-01a218ed-5745-735b-8f84-b4d441b83828',1795714537285179);
INSERT INTO "idempotency_keys" VALUES('local','key-done','a063bfe89bb328d9a205b298bc6c3c7bb9bb5b5db3aedc2ee46d462abb907cbf','execution-01a218ed-5727-725d-a936-cf90a6b94906',1795714537255877);
INSERT INTO "idempotency_keys" VALUES('local','key-failed','7a48c026e773fce8d77d4642713f944351ff5d40ca692d417337b9816cac9c98','execution-01a218ed-572f-75e0-8f12-78c821b2a5e8',1795714537263218);
INSERT INTO "idempotency_keys" VALUES('local','key-held','c6b11a3863e9bae46b058c12e63f9182cf8c9cb124a36cd044e86048533da91a','execution-01a218ed-57cb-747c-bfdf-87918d92d92f',1795714537419425);
INSERT INTO "idempotency_keys" VALUES('local','key-review','b603b9740e4b3f7c7317f3191af3841f735f2ff485f8c17fb8229c33726573c0','execution-01a218ed-573e-7624-a60e-e83b8028d852',1795714537278620);
INSERT INTO "idempotency_keys" VALUES('local','key-streaming','a60506e58f8ee8dd34e0532cdf3feb27a8cb481858ce717af9121bbc8b4fcf4f','execution-01a218ed-5c5e-7407-8510-d8e3f77e22dc',1795714538590692);
INSERT INTO "idempotency_keys" VALUES('local','key-unknown','e44b7af78cd1e2bfc851da3e136da410a8fb4179193ab2249e52dc752d6e9829','execution-01a218ed-59e7-714c-8c00-2607c1ef8532',1795714537959729);
INSERT INTO "idempotency_keys" VALUES('local','key-waiting','e15b31977e41422dfc1cb86c3ee5d13e3d66b09e6d48c5ca1dc3560a8fa3a734','execution-01a218ed-5e7d-71f5-b004-aa382f915083',1795714539133250);
CREATE TABLE personas (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    instructions TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
INSERT INTO "personas" VALUES('local','editor','Editor','Old','Be brief.',1,1795714537217397,1795714537217397);
CREATE TABLE step_runs (
    tenant_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    path TEXT NOT NULL,
    position INTEGER NOT NULL,
    step_id TEXT NOT NULL,
    label TEXT NOT NULL,
    step_type TEXT NOT NULL,
    status TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    provider TEXT,
    model TEXT,
    prompt TEXT,
    content TEXT,
    output TEXT,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cached_input_tokens BIGINT NOT NULL,
    cost_usd DOUBLE NOT NULL,
    error TEXT,
    gate TEXT,
    overridden BOOLEAN NOT NULL,
    revision TEXT,
    started_at BIGINT,
    completed_at BIGINT,
    PRIMARY KEY (tenant_id, execution_id, path),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-5727-725d-a936-cf90a6b94906','a',0,'a','A','llm','completed',1,'demo','demo-instant','Write about tea.','*Simulated answer of the demo provider.*

## On write

1. **write**: People who deal with write ask for fewer surprises, not for more options. Measure once before and once after; keep the figure with the change. Nothing here depends on a decision not yet made.

2. **about**: Most of the work on about lies in deciding what to leave out. Each part has one owner, one input and one output, so that it can be changed without the others. Nothing here depends on a decision not yet made.
',NULL,7,121,0,0.0,NULL,NULL,0,NULL,1795714537255877,1795714537258033);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-5727-725d-a936-cf90a6b94906','b',1,'b','B','llm','completed',1,'demo','demo-echo','*Simulated answer of the demo provider.*

## On write

1. **write**: People who deal with write ask for fewer surprises, not for more options. Measure once before and once after; keep the figure with the change. Nothing here depends on a decision not yet made.

2. **about**: Most of the work on about lies in deciding what to leave out. Each part has one owner, one input and one output, so that it can be changed without the others. Nothing here depends on a decision not yet made.
 and more','*Simulated answer of the demo provider.*

## On write

1. **write**: People who deal with write ask for fewer surprises, not for more options. Measure once before and once after; keep the figure with the change. Nothing here depends on a decision not yet made.

2. **about**: Most of the work on about lies in deciding what to leave out. Each part has one owner, one input and one output, so that it can be changed without the others. Nothing here depends on a decision not yet made.
 and more',NULL,127,124,0,0.0,NULL,NULL,0,NULL,1795714537258033,1795714537259221);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-572f-75e0-8f12-78c821b2a5e8','a',0,'a','A','llm','completed',1,'demo','demo-echo','Write about tea.','Write about tea.',NULL,4,4,0,0.0,NULL,NULL,0,NULL,1795714537263218,1795714537264684);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-572f-75e0-8f12-78c821b2a5e8','b',1,'b','B','llm','failed',1,'demo','demo-broken','Write about tea.',NULL,NULL,0,0,0,0.0,'{"code":"provider_rejected","message":"demo-broken refuses every request. Change the step, or switch it to another model."}',NULL,0,NULL,1795714537264684,1795714537265563);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-5735-703f-b519-1afc9f93abbb','a',0,'a','A','llm','completed',1,'demo','demo-echo','Write about tea.','Write about tea.',NULL,4,4,0,0.0,NULL,NULL,0,NULL,1795714537269533,1795714537270736);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-5735-703f-b519-1afc9f93abbb','r',1,'r','R','review','cancelled',0,NULL,NULL,NULL,NULL,NULL,0,0,0,0.0,NULL,NULL,0,NULL,1795714537270736,1795714537274807);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-573e-7624-a60e-e83b8028d852','a',0,'a','A','llm','completed',1,'demo','demo-echo','Text to review','Text to review',NULL,4,4,0,0.0,NULL,NULL,0,NULL,1795714537278620,1795714537280104);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-573e-7624-a60e-e83b8028d852','r',1,'r','R','review','waiting',0,NULL,NULL,NULL,NULL,NULL,0,0,0,0.0,NULL,'{"kind":"review","message":"“R” waits for your review.","shows":["a"],"content":"Text to review","decisions":["approve","reject","revise"],"expires_at":null,"on_expiry":null,"needed_usd":null,"opened_seq":4}',0,NULL,1795714537280104,NULL);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828','a',0,'a','A','llm','completed',3,'demo','demo-echo','Text to revise

---
This was your previous answer:

Text to revise

---
This was your previous answer:

Text to revise

---
A reviewer asks you to change it:

Shorter, please.

Write the whole answer anew, with the change.

---
A reviewer asks you to change it:

Shorter, please.

Write the whole answer anew, with the change.','Text to revise

---
This was your previous answer:

Text to revise

---
This was your previous answer:

Text to revise

---
A reviewer asks you to change it:

Shorter, please.

Write the whole answer anew, with the change.

---
A reviewer asks you to change it:

Shorter, please.

Write the whole answer anew, with the change.',NULL,129,129,0,0.0,NULL,NULL,0,NULL,1795714537350795,1795714537352463);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-5745-735b-8f84-b4d441b83828','r',1,'r','R','review','completed',0,NULL,NULL,NULL,'As edited','{"decision":"approve","comment":null,"content":"As edited"}',0,0,0,0.0,NULL,'{"kind":"review","message":"“R” waits for your review.","shows":["a"],"content":"Text to revise\n\n---\nThis was your previous answer:\n\nText to revise\n\n---\nThis was your previous answer:\n\nText to revise\n\n---\nA reviewer asks you to change it:\n\nShorter, please.\n\nWrite the whole answer anew, with the change.\n\n---\nA reviewer asks you to change it:\n\nShorter, please.\n\nWrite the whole answer anew, with the change.","decisions":["approve","reject","revise"],"expires_at":null,"on_expiry":null,"needed_usd":null,"opened_seq":14}',0,NULL,1795714537352463,1795714537411909);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-57c7-7054-bbf4-1bae102df028','a',0,'a','A','llm','waiting',0,NULL,NULL,NULL,NULL,NULL,0,0,0,0.0,NULL,'{"kind":"budget","message":"The next call of `gpt-5.4-mini` may cost $0.018435, and $0.000000 of the budget of $0.000000 is spent. Raise the budget, switch the step to another model and repeat it, or stop.","shows":[],"content":null,"decisions":["raise_budget","repeat","stop"],"expires_at":null,"on_expiry":null,"needed_usd":0.018435,"opened_seq":2}',0,NULL,1795714537415690,NULL);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-59e7-714c-8c00-2607c1ef8532','a',0,'a','A','llm','outcome_unknown',1,'demo','demo-slow','Write about tea.','*Simulated answer of the demo provider.*

## On write

1. **write**: It helps to ',NULL,4,21,0,0.0,'{"code":"interrupted","message":"The server stopped while the attempt was under way."}','{"kind":"outcome_unknown","message":"The server stopped while this step was changing something elsewhere, so it may have happened or not. Look, then say whether to repeat it, take it as done, or fail.","shows":["a"],"content":"*Simulated answer of the demo provider.*\n\n## On write\n\n1. **write**: It helps to ","decisions":["repeat","assume_done","fail"],"expires_at":null,"on_expiry":null,"needed_usd":null,"opened_seq":3}',0,NULL,1795714537959729,1795714538539644);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-57cb-747c-bfdf-87918d92d92f','a',0,'a','A','llm','running',1,'demo','demo-slow','Write about tea.','*Simulated answer of the demo provider.*

## On write

1. **write**: It helps to begin write with the smallest part that is useful by itself. Anything that cannot be ',NULL,4,42,0,0.0,'{"code":"interrupted","message":"The server stopped while the attempt was under way."}',NULL,0,NULL,1795714537419425,1795714538537560);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-5c5e-7407-8510-d8e3f77e22dc','a',0,'a','A','llm','running',1,'demo','demo-slow','Write about tea.','*Simulated answer of the demo provider.*

## On write

1. **write**: It helps to ',NULL,0,0,0,0.0,NULL,NULL,0,NULL,1795714538590692,NULL);
INSERT INTO "step_runs" VALUES('local','execution-01a218ed-5e7d-71f5-b004-aa382f915083','a',0,'a','A','llm','running',1,'demo','demo-flaky','Write about tea.',NULL,NULL,0,0,0,0.0,'{"code":"provider_unavailable","message":"demo-flaky fails 2 times before it answers; this was number 1. Retry the step, or switch it to another model."}',NULL,0,NULL,1795714539133250,1795714539135284);
CREATE TABLE tenants (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO "tenants" VALUES('local','Local',1795714537149334);
CREATE TABLE workflow_tags (
    tenant_id TEXT NOT NULL,
    tag TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, tag, workflow_id),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "workflow_tags" VALUES('local','budget','budget');
INSERT INTO "workflow_tags" VALUES('local','old','budget');
INSERT INTO "workflow_tags" VALUES('local','cancelled','cancelled');
INSERT INTO "workflow_tags" VALUES('local','old','cancelled');
INSERT INTO "workflow_tags" VALUES('local','decided','decided');
INSERT INTO "workflow_tags" VALUES('local','old','decided');
INSERT INTO "workflow_tags" VALUES('local','done','done');
INSERT INTO "workflow_tags" VALUES('local','old','done');
INSERT INTO "workflow_tags" VALUES('local','failed','failed');
INSERT INTO "workflow_tags" VALUES('local','old','failed');
INSERT INTO "workflow_tags" VALUES('local','held','held');
INSERT INTO "workflow_tags" VALUES('local','old','held');
INSERT INTO "workflow_tags" VALUES('local','old','review');
INSERT INTO "workflow_tags" VALUES('local','review','review');
INSERT INTO "workflow_tags" VALUES('local','old','streaming');
INSERT INTO "workflow_tags" VALUES('local','streaming','streaming');
INSERT INTO "workflow_tags" VALUES('local','old','unknown');
INSERT INTO "workflow_tags" VALUES('local','unknown','unknown');
INSERT INTO "workflow_tags" VALUES('local','old','waiting');
INSERT INTO "workflow_tags" VALUES('local','waiting','waiting');
CREATE TABLE workflow_versions (
    tenant_id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    definition TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, workflow_id, version),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE
);
INSERT INTO "workflow_versions" VALUES('local','done',1,'Done','','{"yolo":false,"persona_id":"editor","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-instant","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}} and more","provider":"demo","model":"demo-echo","enabled":true}]}',1795714537221626);
INSERT INTO "workflow_versions" VALUES('local','failed',1,'Failed','','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-echo","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-broken","enabled":true,"max_retries":0}]}',1795714537228377);
INSERT INTO "workflow_versions" VALUES('local','cancelled',1,'Cancelled','','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true}]}',1795714537230499);
INSERT INTO "workflow_versions" VALUES('local','review',1,'Review','','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Text to review","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.R.content}}!","provider":"demo","model":"demo-echo","enabled":true}]}',1795714537232548);
INSERT INTO "workflow_versions" VALUES('local','decided',1,'Decided','','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Text to revise","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true}]}',1795714537234431);
INSERT INTO "workflow_versions" VALUES('local','held',1,'Held','','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"after the hold","provider":"demo","model":"demo-echo","enabled":true}]}',1795714537236316);
INSERT INTO "workflow_versions" VALUES('local','budget',1,'Budget','','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"openai","model":"gpt-5.4-mini","enabled":true}]}',1795714537238018);
INSERT INTO "workflow_versions" VALUES('local','unknown',1,'Unknown','','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true,"effect":"writes"},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}}","provider":"demo","model":"demo-echo","enabled":true}]}',1795714537239776);
INSERT INTO "workflow_versions" VALUES('local','streaming',1,'Streaming','','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"the end","provider":"demo","model":"demo-echo","enabled":true}]}',1795714537241340);
INSERT INTO "workflow_versions" VALUES('local','waiting',1,'Waiting','','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-flaky","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"the end","provider":"demo","model":"demo-echo","enabled":true}]}',1795714537242866);
INSERT INTO "workflow_versions" VALUES('local','done',2,'Done','Saved 2 times','{"yolo":false,"persona_id":"editor","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-instant","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}} and more","provider":"demo","model":"demo-echo","enabled":true}]}',1795714537248746);
INSERT INTO "workflow_versions" VALUES('local','done',3,'Done','Saved 3 times','{"yolo":false,"persona_id":"editor","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-instant","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}} and more","provider":"demo","model":"demo-echo","enabled":true}]}',1795714537251094);
CREATE TABLE workflows (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    category TEXT,
    tags TEXT NOT NULL,
    definition TEXT NOT NULL,
    step_count INTEGER NOT NULL,
    step_labels TEXT NOT NULL,
    search_text TEXT NOT NULL,
    version BIGINT NOT NULL,
    is_template BOOLEAN NOT NULL,
    source_template_id TEXT,
    is_active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
INSERT INTO "workflows" VALUES('local','done','Done','Saved 3 times',NULL,'["old","done"]','{"yolo":false,"persona_id":"editor","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-instant","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}} and more","provider":"demo","model":"demo-echo","enabled":true}]}',2,'["A","B"]','done
saved 3 times',3,0,NULL,1,1795714537221626,1795714537251094);
INSERT INTO "workflows" VALUES('local','failed','Failed','',NULL,'["old","failed"]','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-echo","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-broken","enabled":true,"max_retries":0}]}',2,'["A","B"]','failed
',1,0,NULL,1,1795714537228377,1795714537228377);
INSERT INTO "workflows" VALUES('local','cancelled','Cancelled','',NULL,'["old","cancelled"]','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true}]}',2,'["A","R"]','cancelled
',1,0,NULL,1,1795714537230499,1795714537230499);
INSERT INTO "workflows" VALUES('local','review','Review','',NULL,'["old","review"]','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Text to review","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.R.content}}!","provider":"demo","model":"demo-echo","enabled":true}]}',3,'["A","R","B"]','review
',1,0,NULL,1,1795714537232548,1795714537232548);
INSERT INTO "workflows" VALUES('local','decided','Decided','',NULL,'["old","decided"]','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Text to revise","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true}]}',2,'["A","R"]','decided
',1,0,NULL,1,1795714537234431,1795714537234431);
INSERT INTO "workflows" VALUES('local','held','Held','',NULL,'["old","held"]','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"after the hold","provider":"demo","model":"demo-echo","enabled":true}]}',2,'["A","B"]','held
',1,0,NULL,1,1795714537236316,1795714537236316);
INSERT INTO "workflows" VALUES('local','budget','Budget','',NULL,'["old","budget"]','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"openai","model":"gpt-5.4-mini","enabled":true}]}',1,'["A"]','budget
',1,0,NULL,1,1795714537238018,1795714537238018);
INSERT INTO "workflows" VALUES('local','unknown','Unknown','',NULL,'["old","unknown"]','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true,"effect":"writes"},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}}","provider":"demo","model":"demo-echo","enabled":true}]}',2,'["A","B"]','unknown
',1,0,NULL,1,1795714537239776,1795714537239776);
INSERT INTO "workflows" VALUES('local','streaming','Streaming','',NULL,'["old","streaming"]','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"the end","provider":"demo","model":"demo-echo","enabled":true}]}',2,'["A","B"]','streaming
',1,0,NULL,1,1795714537241340,1795714537241340);
INSERT INTO "workflows" VALUES('local','waiting','Waiting','',NULL,'["old","waiting"]','{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-flaky","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"the end","provider":"demo","model":"demo-echo","enabled":true}]}',2,'["A","B"]','waiting
',1,0,NULL,1,1795714537242866,1795714537242866);
CREATE INDEX workflows_by_update ON workflows (tenant_id, updated_at, id);
CREATE INDEX workflows_by_name ON workflows (tenant_id, name, id);
CREATE INDEX workflow_tags_by_workflow ON workflow_tags (tenant_id, workflow_id);
CREATE INDEX executions_by_workflow ON executions (tenant_id, workflow_id, id);
CREATE INDEX executions_live ON executions (owner) WHERE live;
CREATE INDEX idempotency_keys_by_execution ON idempotency_keys (tenant_id, execution_id);
COMMIT;
