--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)


--
-- Name: public; Type: SCHEMA; Schema: -; Owner: -
--



--
-- Name: SCHEMA public; Type: COMMENT; Schema: -; Owner: -
--





--
-- Name: __diesel_schema_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE __diesel_schema_migrations (
    version character varying(50) NOT NULL,
    run_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);


--
-- Name: attempts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE attempts (
    tenant_id text NOT NULL,
    execution_id text NOT NULL,
    path text NOT NULL,
    attempt integer NOT NULL,
    status text NOT NULL,
    provider text,
    model text,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cached_input_tokens bigint NOT NULL,
    usage_estimated boolean NOT NULL,
    cost_usd double precision NOT NULL,
    content text,
    error text,
    started_at bigint NOT NULL,
    completed_at bigint NOT NULL
);


--
-- Name: credentials; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE credentials (
    tenant_id text NOT NULL,
    provider text NOT NULL,
    sealed_key bytea,
    key_hint text,
    base_url text,
    default_model text,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);


--
-- Name: engines; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE engines (
    id text NOT NULL,
    expires_at bigint NOT NULL
);


--
-- Name: events; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE events (
    tenant_id text NOT NULL,
    execution_id text NOT NULL,
    seq bigint NOT NULL,
    payload text NOT NULL
);


--
-- Name: execution_snapshots; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE execution_snapshots (
    tenant_id text NOT NULL,
    execution_id text NOT NULL,
    snapshot text NOT NULL,
    input text NOT NULL
);


--
-- Name: executions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE executions (
    tenant_id text NOT NULL,
    id text NOT NULL,
    workflow_id text NOT NULL,
    workflow_version bigint NOT NULL,
    temporal_workflow_id text,
    status text NOT NULL,
    on_hold boolean NOT NULL,
    live boolean NOT NULL,
    output text,
    error text,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cached_input_tokens bigint NOT NULL,
    cost_usd double precision NOT NULL,
    budget_usd double precision,
    yolo boolean NOT NULL,
    triggered_by text NOT NULL,
    owner text NOT NULL,
    epoch bigint NOT NULL,
    turn bigint NOT NULL,
    last_seq bigint NOT NULL,
    created_at bigint NOT NULL,
    started_at bigint,
    completed_at bigint
);


--
-- Name: gate_decisions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE gate_decisions (
    tenant_id text NOT NULL,
    execution_id text NOT NULL,
    path text NOT NULL,
    decided_at bigint NOT NULL,
    kind text NOT NULL,
    decision text NOT NULL,
    comment text,
    content_before text,
    content_after text,
    difference text,
    decided_by text NOT NULL
);


--
-- Name: idempotency_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE idempotency_keys (
    tenant_id text NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    execution_id text NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: personas; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE personas (
    tenant_id text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    instructions text NOT NULL,
    version bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);


--
-- Name: step_runs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE step_runs (
    tenant_id text NOT NULL,
    execution_id text NOT NULL,
    path text NOT NULL,
    "position" integer NOT NULL,
    step_id text NOT NULL,
    label text NOT NULL,
    step_type text NOT NULL,
    status text NOT NULL,
    attempt integer NOT NULL,
    provider text,
    model text,
    prompt text,
    content text,
    output text,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cached_input_tokens bigint NOT NULL,
    cost_usd double precision NOT NULL,
    error text,
    gate text,
    overridden boolean NOT NULL,
    revision text,
    started_at bigint,
    completed_at bigint
);


--
-- Name: tenants; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE tenants (
    id text NOT NULL,
    name text NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: workflow_tags; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE workflow_tags (
    tenant_id text NOT NULL,
    tag text NOT NULL,
    workflow_id text NOT NULL
);


--
-- Name: workflow_versions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE workflow_versions (
    tenant_id text NOT NULL,
    workflow_id text NOT NULL,
    version bigint NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    definition text NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: workflows; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE workflows (
    tenant_id text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    category text,
    tags text NOT NULL,
    definition text NOT NULL,
    step_count integer NOT NULL,
    step_labels text NOT NULL,
    search_text text NOT NULL,
    version bigint NOT NULL,
    is_template boolean NOT NULL,
    source_template_id text,
    is_active boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);


--
-- Data for Name: __diesel_schema_migrations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO __diesel_schema_migrations VALUES ('20261120000001', '2026-11-26 17:35:39.290249');


--
-- Data for Name: attempts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO attempts VALUES ('local', 'execution-01a218ed-5fa9-7179-8874-41b8196299ed', 'a', 1, 'completed', 'demo', 'demo-instant', 7, 121, 0, false, 0, '*Simulated answer of the demo provider.*

## On write

1. **write**: People who deal with write ask for fewer surprises, not for more options. Measure once before and once after; keep the figure with the change. Nothing here depends on a decision not yet made.

2. **about**: Most of the work on about lies in deciding what to leave out. Each part has one owner, one input and one output, so that it can be changed without the others. Nothing here depends on a decision not yet made.
', NULL, 1795714539433169, 1795714539438615);
INSERT INTO attempts VALUES ('local', 'execution-01a218ed-5fa9-7179-8874-41b8196299ed', 'b', 1, 'completed', 'demo', 'demo-echo', 127, 124, 0, false, 0, '*Simulated answer of the demo provider.*

## On write

1. **write**: People who deal with write ask for fewer surprises, not for more options. Measure once before and once after; keep the figure with the change. Nothing here depends on a decision not yet made.

2. **about**: Most of the work on about lies in deciding what to leave out. Each part has one owner, one input and one output, so that it can be changed without the others. Nothing here depends on a decision not yet made.
 and more', NULL, 1795714539438615, 1795714539442869);
INSERT INTO attempts VALUES ('local', 'execution-01a218ed-5fba-7205-9864-f715d3cb268e', 'a', 1, 'completed', 'demo', 'demo-echo', 4, 4, 0, false, 0, 'Write about tea.', NULL, 1795714539450084, 1795714539454051);
INSERT INTO attempts VALUES ('local', 'execution-01a218ed-5fba-7205-9864-f715d3cb268e', 'b', 1, 'failed', 'demo', 'demo-broken', 0, 0, 0, false, 0, NULL, '{"code":"provider_rejected","message":"demo-broken refuses every request. Change the step, or switch it to another model."}', 1795714539454051, 1795714539457252);
INSERT INTO attempts VALUES ('local', 'execution-01a218ed-5fc6-738e-9185-d669201df9bd', 'a', 1, 'completed', 'demo', 'demo-echo', 4, 4, 0, false, 0, 'Write about tea.', NULL, 1795714539462812, 1795714539466678);
INSERT INTO attempts VALUES ('local', 'execution-01a218ed-5fda-748f-829d-31f2f591b67d', 'a', 1, 'completed', 'demo', 'demo-echo', 4, 4, 0, false, 0, 'Text to review', NULL, 1795714539482340, 1795714539486431);
INSERT INTO attempts VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 'a', 1, 'completed', 'demo', 'demo-echo', 4, 4, 0, false, 0, 'Text to revise', NULL, 1795714539493806, 1795714539497721);
INSERT INTO attempts VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 'a', 2, 'completed', 'demo', 'demo-echo', 43, 43, 0, false, 0, 'Text to revise

---
This was your previous answer:

Text to revise

---
A reviewer asks you to change it:

Shorter, please.

Write the whole answer anew, with the change.', NULL, 1795714539506163, 1795714539511089);
INSERT INTO attempts VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 'a', 3, 'completed', 'demo', 'demo-echo', 82, 82, 0, false, 0, 'Text to revise

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

Write the whole answer anew, with the change.', NULL, 1795714539533078, 1795714539538679);
INSERT INTO attempts VALUES ('local', 'execution-01a218ed-605f-71b0-be08-b8e36895a658', 'a', 1, 'interrupted', 'demo', 'demo-slow', 4, 42, 0, true, 0, '*Simulated answer of the demo provider.*

## On write

1. **write**: It helps to begin write with the smallest part that is useful by itself. Anything that cannot be ', '{"code":"interrupted","message":"The server stopped while the attempt was under way."}', 1795714539615499, 1795714541787202);
INSERT INTO attempts VALUES ('local', 'execution-01a218ed-6288-742c-b6e7-369fb598b739', 'a', 1, 'interrupted', 'demo', 'demo-slow', 4, 21, 0, true, 0, '*Simulated answer of the demo provider.*

## On write

1. **write**: It helps to ', '{"code":"interrupted","message":"The server stopped while the attempt was under way."}', 1795714540168415, 1795714541787951);
INSERT INTO attempts VALUES ('local', 'execution-01a218ed-6b31-7779-9c63-9e24f3d6fc35', 'a', 1, 'failed', 'demo', 'demo-flaky', 0, 0, 0, false, 0, NULL, '{"code":"provider_unavailable","message":"demo-flaky fails 2 times before it answers; this was number 1. Retry the step, or switch it to another model."}', 1795714542385446, 1795714542391025);


--
-- Data for Name: credentials; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO credentials VALUES ('local', 'openai', '\xd4fe71736d70286b0bdcc4534ca6d9613c79cbd07a61b07df5f6091c90553232048618cdd0ef0d069fd9a626e6e46d7ace572b4b5790f04a567332d580', '…6789', 'http://127.0.0.1:9/v1', NULL, 1795714539377961, 1795714539377961);


--
-- Data for Name: engines; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO engines VALUES ('engine-01a218ed-64d5-77f6-b237-bfe400b9165a', 1795714543438294);


--
-- Data for Name: events; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO events VALUES ('local', 'execution-01a218ed-5fa9-7179-8874-41b8196299ed', 1, '{"seq":1,"type":"progress","execution_id":"execution-01a218ed-5fa9-7179-8874-41b8196299ed","at":"2026-11-26T17:35:39.433169Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fa9-7179-8874-41b8196299ed', 2, '{"seq":2,"type":"progress","execution_id":"execution-01a218ed-5fa9-7179-8874-41b8196299ed","at":"2026-11-26T17:35:39.433169Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fa9-7179-8874-41b8196299ed', 3, '{"seq":3,"type":"progress","execution_id":"execution-01a218ed-5fa9-7179-8874-41b8196299ed","at":"2026-11-26T17:35:39.438615Z","step_status":"completed","step_id":"a","path":"a","step_label":"A","attempt":1,"token_usage":{"input_tokens":7,"output_tokens":121,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":5}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fa9-7179-8874-41b8196299ed', 4, '{"seq":4,"type":"progress","execution_id":"execution-01a218ed-5fa9-7179-8874-41b8196299ed","at":"2026-11-26T17:35:39.438615Z","step_status":"running","step_id":"b","path":"b","step_label":"B","attempt":1}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fa9-7179-8874-41b8196299ed', 5, '{"seq":5,"type":"progress","execution_id":"execution-01a218ed-5fa9-7179-8874-41b8196299ed","at":"2026-11-26T17:35:39.442869Z","step_status":"completed","step_id":"b","path":"b","step_label":"B","attempt":1,"token_usage":{"input_tokens":127,"output_tokens":124,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":4}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fa9-7179-8874-41b8196299ed', 6, '{"seq":6,"type":"done","execution_id":"execution-01a218ed-5fa9-7179-8874-41b8196299ed","at":"2026-11-26T17:35:39.442869Z","status":"completed","token_usage":{"input_tokens":134,"output_tokens":245,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":9}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fba-7205-9864-f715d3cb268e', 1, '{"seq":1,"type":"progress","execution_id":"execution-01a218ed-5fba-7205-9864-f715d3cb268e","at":"2026-11-26T17:35:39.450084Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fba-7205-9864-f715d3cb268e', 2, '{"seq":2,"type":"progress","execution_id":"execution-01a218ed-5fba-7205-9864-f715d3cb268e","at":"2026-11-26T17:35:39.450084Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fba-7205-9864-f715d3cb268e', 3, '{"seq":3,"type":"progress","execution_id":"execution-01a218ed-5fba-7205-9864-f715d3cb268e","at":"2026-11-26T17:35:39.454051Z","step_status":"completed","step_id":"a","path":"a","step_label":"A","attempt":1,"token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":3}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fba-7205-9864-f715d3cb268e', 4, '{"seq":4,"type":"progress","execution_id":"execution-01a218ed-5fba-7205-9864-f715d3cb268e","at":"2026-11-26T17:35:39.454051Z","step_status":"running","step_id":"b","path":"b","step_label":"B","attempt":1}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fba-7205-9864-f715d3cb268e', 5, '{"seq":5,"type":"error","execution_id":"execution-01a218ed-5fba-7205-9864-f715d3cb268e","at":"2026-11-26T17:35:39.457252Z","step_status":"failed","step_id":"b","path":"b","step_label":"B","attempt":1,"message":"demo-broken refuses every request. Change the step, or switch it to another model.","error":{"code":"provider_rejected","message":"demo-broken refuses every request. Change the step, or switch it to another model."}}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fba-7205-9864-f715d3cb268e', 6, '{"seq":6,"type":"error","execution_id":"execution-01a218ed-5fba-7205-9864-f715d3cb268e","at":"2026-11-26T17:35:39.457252Z","status":"failed","token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":7,"message":"demo-broken refuses every request. Change the step, or switch it to another model.","error":{"code":"provider_rejected","message":"demo-broken refuses every request. Change the step, or switch it to another model.","path":"b"}}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fc6-738e-9185-d669201df9bd', 1, '{"seq":1,"type":"progress","execution_id":"execution-01a218ed-5fc6-738e-9185-d669201df9bd","at":"2026-11-26T17:35:39.462812Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fc6-738e-9185-d669201df9bd', 2, '{"seq":2,"type":"progress","execution_id":"execution-01a218ed-5fc6-738e-9185-d669201df9bd","at":"2026-11-26T17:35:39.462812Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fc6-738e-9185-d669201df9bd', 3, '{"seq":3,"type":"progress","execution_id":"execution-01a218ed-5fc6-738e-9185-d669201df9bd","at":"2026-11-26T17:35:39.466678Z","step_status":"completed","step_id":"a","path":"a","step_label":"A","attempt":1,"token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":3}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fc6-738e-9185-d669201df9bd', 4, '{"seq":4,"type":"progress","execution_id":"execution-01a218ed-5fc6-738e-9185-d669201df9bd","at":"2026-11-26T17:35:39.466678Z","step_status":"waiting","step_id":"r","path":"r","step_label":"R","message":"“R” waits for your review."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fc6-738e-9185-d669201df9bd', 5, '{"seq":5,"type":"paused","execution_id":"execution-01a218ed-5fc6-738e-9185-d669201df9bd","at":"2026-11-26T17:35:39.466678Z","status":"paused","step_id":"r","path":"r","step_label":"R","token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"message":"“R” waits for your review."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fc6-738e-9185-d669201df9bd', 6, '{"seq":6,"type":"progress","execution_id":"execution-01a218ed-5fc6-738e-9185-d669201df9bd","at":"2026-11-26T17:35:39.476171Z","step_status":"cancelled","step_id":"r","path":"r","step_label":"R"}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fc6-738e-9185-d669201df9bd', 7, '{"seq":7,"type":"done","execution_id":"execution-01a218ed-5fc6-738e-9185-d669201df9bd","at":"2026-11-26T17:35:39.476171Z","status":"cancelled","token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":13}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fda-748f-829d-31f2f591b67d', 1, '{"seq":1,"type":"progress","execution_id":"execution-01a218ed-5fda-748f-829d-31f2f591b67d","at":"2026-11-26T17:35:39.482340Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fda-748f-829d-31f2f591b67d', 2, '{"seq":2,"type":"progress","execution_id":"execution-01a218ed-5fda-748f-829d-31f2f591b67d","at":"2026-11-26T17:35:39.482340Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fda-748f-829d-31f2f591b67d', 3, '{"seq":3,"type":"progress","execution_id":"execution-01a218ed-5fda-748f-829d-31f2f591b67d","at":"2026-11-26T17:35:39.486431Z","step_status":"completed","step_id":"a","path":"a","step_label":"A","attempt":1,"token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":4}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fda-748f-829d-31f2f591b67d', 4, '{"seq":4,"type":"progress","execution_id":"execution-01a218ed-5fda-748f-829d-31f2f591b67d","at":"2026-11-26T17:35:39.486431Z","step_status":"waiting","step_id":"r","path":"r","step_label":"R","message":"“R” waits for your review."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fda-748f-829d-31f2f591b67d', 5, '{"seq":5,"type":"paused","execution_id":"execution-01a218ed-5fda-748f-829d-31f2f591b67d","at":"2026-11-26T17:35:39.486431Z","status":"paused","step_id":"r","path":"r","step_label":"R","token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"message":"“R” waits for your review."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 1, '{"seq":1,"type":"progress","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.493806Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 2, '{"seq":2,"type":"progress","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.493806Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 3, '{"seq":3,"type":"progress","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.497721Z","step_status":"completed","step_id":"a","path":"a","step_label":"A","attempt":1,"token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":3}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 4, '{"seq":4,"type":"progress","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.497721Z","step_status":"waiting","step_id":"r","path":"r","step_label":"R","message":"“R” waits for your review."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 5, '{"seq":5,"type":"paused","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.497721Z","status":"paused","step_id":"r","path":"r","step_label":"R","token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0,"message":"“R” waits for your review."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 6, '{"seq":6,"type":"progress","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.506163Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":2}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 7, '{"seq":7,"type":"progress","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.506163Z","status":"running","token_usage":{"input_tokens":4,"output_tokens":4,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 8, '{"seq":8,"type":"progress","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.511089Z","step_status":"completed","step_id":"a","path":"a","step_label":"A","attempt":2,"token_usage":{"input_tokens":47,"output_tokens":47,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":4}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 9, '{"seq":9,"type":"progress","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.511089Z","step_status":"waiting","step_id":"r","path":"r","step_label":"R","message":"“R” waits for your review."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 10, '{"seq":10,"type":"paused","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.511089Z","status":"paused","step_id":"r","path":"r","step_label":"R","token_usage":{"input_tokens":47,"output_tokens":47,"cached_input_tokens":0},"cost_estimate":0.0,"message":"“R” waits for your review."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 11, '{"seq":11,"type":"progress","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.533078Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":3}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 12, '{"seq":12,"type":"progress","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.533078Z","status":"running","token_usage":{"input_tokens":47,"output_tokens":47,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 13, '{"seq":13,"type":"progress","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.538679Z","step_status":"completed","step_id":"a","path":"a","step_label":"A","attempt":3,"token_usage":{"input_tokens":129,"output_tokens":129,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":5}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 14, '{"seq":14,"type":"progress","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.538679Z","step_status":"waiting","step_id":"r","path":"r","step_label":"R","message":"“R” waits for your review."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 15, '{"seq":15,"type":"paused","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.538679Z","status":"paused","step_id":"r","path":"r","step_label":"R","token_usage":{"input_tokens":129,"output_tokens":129,"cached_input_tokens":0},"cost_estimate":0.0,"message":"“R” waits for your review."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 16, '{"seq":16,"type":"progress","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.599088Z","step_status":"completed","step_id":"r","path":"r","step_label":"R","duration_ms":60}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 17, '{"seq":17,"type":"done","execution_id":"execution-01a218ed-5fe5-77c3-8857-66e8fc14847d","at":"2026-11-26T17:35:39.599088Z","status":"completed","token_usage":{"input_tokens":129,"output_tokens":129,"cached_input_tokens":0},"cost_estimate":0.0,"duration_ms":105}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-6056-72ac-ab0b-d33f9881f116', 1, '{"seq":1,"type":"progress","execution_id":"execution-01a218ed-6056-72ac-ab0b-d33f9881f116","at":"2026-11-26T17:35:39.606753Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-6056-72ac-ab0b-d33f9881f116', 2, '{"seq":2,"type":"progress","execution_id":"execution-01a218ed-6056-72ac-ab0b-d33f9881f116","at":"2026-11-26T17:35:39.606753Z","step_status":"waiting","step_id":"a","path":"a","step_label":"A","message":"The next call of `gpt-5.4-mini` may cost $0.018435, and $0.000000 of the budget of $0.000000 is spent. Raise the budget, switch the step to another model and repeat it, or stop."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-605f-71b0-be08-b8e36895a658', 3, '{"seq":3,"type":"paused","execution_id":"execution-01a218ed-605f-71b0-be08-b8e36895a658","at":"2026-11-26T17:35:40.161546Z","status":"paused","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0,"message":"Paused by a person."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-6056-72ac-ab0b-d33f9881f116', 3, '{"seq":3,"type":"paused","execution_id":"execution-01a218ed-6056-72ac-ab0b-d33f9881f116","at":"2026-11-26T17:35:39.606753Z","status":"paused","step_id":"a","path":"a","step_label":"A","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0,"message":"The next call of `gpt-5.4-mini` may cost $0.018435, and $0.000000 of the budget of $0.000000 is spent. Raise the budget, switch the step to another model and repeat it, or stop."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-605f-71b0-be08-b8e36895a658', 1, '{"seq":1,"type":"progress","execution_id":"execution-01a218ed-605f-71b0-be08-b8e36895a658","at":"2026-11-26T17:35:39.615499Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-605f-71b0-be08-b8e36895a658', 2, '{"seq":2,"type":"progress","execution_id":"execution-01a218ed-605f-71b0-be08-b8e36895a658","at":"2026-11-26T17:35:39.615499Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-6288-742c-b6e7-369fb598b739', 1, '{"seq":1,"type":"progress","execution_id":"execution-01a218ed-6288-742c-b6e7-369fb598b739","at":"2026-11-26T17:35:40.168415Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-6288-742c-b6e7-369fb598b739', 2, '{"seq":2,"type":"progress","execution_id":"execution-01a218ed-6288-742c-b6e7-369fb598b739","at":"2026-11-26T17:35:40.168415Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-605f-71b0-be08-b8e36895a658', 4, '{"seq":4,"type":"retry","execution_id":"execution-01a218ed-605f-71b0-be08-b8e36895a658","at":"2026-11-26T17:35:41.787202Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1,"message":"The server stopped while the attempt was under way. The step runs again."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-6288-742c-b6e7-369fb598b739', 3, '{"seq":3,"type":"progress","execution_id":"execution-01a218ed-6288-742c-b6e7-369fb598b739","at":"2026-11-26T17:35:41.787951Z","step_status":"outcome_unknown","step_id":"a","path":"a","step_label":"A","attempt":1,"message":"The server stopped while this step was changing something elsewhere, so it may have happened or not. Look, then say whether to repeat it, take it as done, or fail."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-6288-742c-b6e7-369fb598b739', 4, '{"seq":4,"type":"paused","execution_id":"execution-01a218ed-6288-742c-b6e7-369fb598b739","at":"2026-11-26T17:35:41.787951Z","status":"paused","step_id":"a","path":"a","step_label":"A","token_usage":{"input_tokens":4,"output_tokens":21,"cached_input_tokens":0},"cost_estimate":0.0,"message":"The server stopped while this step was changing something elsewhere, so it may have happened or not. Look, then say whether to repeat it, take it as done, or fail."}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-690b-716a-b739-32914732e7e6', 1, '{"seq":1,"type":"progress","execution_id":"execution-01a218ed-690b-716a-b739-32914732e7e6","at":"2026-11-26T17:35:41.835941Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-690b-716a-b739-32914732e7e6', 2, '{"seq":2,"type":"progress","execution_id":"execution-01a218ed-690b-716a-b739-32914732e7e6","at":"2026-11-26T17:35:41.835941Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-6b31-7779-9c63-9e24f3d6fc35', 1, '{"seq":1,"type":"progress","execution_id":"execution-01a218ed-6b31-7779-9c63-9e24f3d6fc35","at":"2026-11-26T17:35:42.385446Z","status":"running","token_usage":{"input_tokens":0,"output_tokens":0,"cached_input_tokens":0},"cost_estimate":0.0}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-6b31-7779-9c63-9e24f3d6fc35', 2, '{"seq":2,"type":"progress","execution_id":"execution-01a218ed-6b31-7779-9c63-9e24f3d6fc35","at":"2026-11-26T17:35:42.385446Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1}');
INSERT INTO events VALUES ('local', 'execution-01a218ed-6b31-7779-9c63-9e24f3d6fc35', 3, '{"seq":3,"type":"retry","execution_id":"execution-01a218ed-6b31-7779-9c63-9e24f3d6fc35","at":"2026-11-26T17:35:42.391025Z","step_status":"running","step_id":"a","path":"a","step_label":"A","attempt":1,"message":"demo-flaky fails 2 times before it answers; this was number 1. Retry the step, or switch it to another model.","error":{"code":"provider_unavailable","message":"demo-flaky fails 2 times before it answers; this was number 1. Retry the step, or switch it to another model."},"retry_in_ms":290}');


--
-- Data for Name: execution_snapshots; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO execution_snapshots VALUES ('local', 'execution-01a218ed-5fa9-7179-8874-41b8196299ed', '{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","persona_id":"editor","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-instant","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}} and more","provider":"demo","model":"demo-echo","enabled":true}]},"personas":{"editor":{"name":"Editor","instructions":"Be brief."}}}', '{"topic":"tea"}');
INSERT INTO execution_snapshots VALUES ('local', 'execution-01a218ed-5fba-7205-9864-f715d3cb268e', '{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-echo","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-broken","enabled":true,"max_retries":0}]},"personas":{}}', '{"topic":"tea"}');
INSERT INTO execution_snapshots VALUES ('local', 'execution-01a218ed-5fc6-738e-9185-d669201df9bd', '{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true}]},"personas":{}}', '{"topic":"tea"}');
INSERT INTO execution_snapshots VALUES ('local', 'execution-01a218ed-5fda-748f-829d-31f2f591b67d', '{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Text to review","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.R.content}}!","provider":"demo","model":"demo-echo","enabled":true}]},"personas":{}}', '{"topic":"tea"}');
INSERT INTO execution_snapshots VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', '{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Text to revise","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true}]},"personas":{}}', '{"topic":"tea"}');
INSERT INTO execution_snapshots VALUES ('local', 'execution-01a218ed-6056-72ac-ab0b-d33f9881f116', '{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"openai","model":"gpt-5.4-mini","enabled":true}]},"personas":{}}', '{"topic":"tea"}');
INSERT INTO execution_snapshots VALUES ('local', 'execution-01a218ed-605f-71b0-be08-b8e36895a658', '{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"after the hold","provider":"demo","model":"demo-echo","enabled":true}]},"personas":{}}', '{"topic":"tea"}');
INSERT INTO execution_snapshots VALUES ('local', 'execution-01a218ed-6288-742c-b6e7-369fb598b739', '{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true,"effect":"writes"},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}}","provider":"demo","model":"demo-echo","enabled":true}]},"personas":{}}', '{"topic":"tea"}');
INSERT INTO execution_snapshots VALUES ('local', 'execution-01a218ed-690b-716a-b739-32914732e7e6', '{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"the end","provider":"demo","model":"demo-echo","enabled":true}]},"personas":{}}', '{"topic":"tea"}');
INSERT INTO execution_snapshots VALUES ('local', 'execution-01a218ed-6b31-7779-9c63-9e24f3d6fc35', '{"definition":{"yolo":false,"provider":"openai","model":"gpt-5.4-mini","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-flaky","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"the end","provider":"demo","model":"demo-echo","enabled":true}]},"personas":{}}', '{"topic":"tea"}');


--
-- Data for Name: executions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO executions VALUES ('local', 'execution-01a218ed-5fa9-7179-8874-41b8196299ed', 'done', 3, NULL, 'completed', false, false, '"*Simulated answer of the demo provider.*\n\n## On write\n\n1. **write**: People who deal with write ask for fewer surprises, not for more options. Measure once before and once after; keep the figure with the change. Nothing here depends on a decision not yet made.\n\n2. **about**: Most of the work on about lies in deciding what to leave out. Each part has one owner, one input and one output, so that it can be changed without the others. Nothing here depends on a decision not yet made.\n and more"', NULL, 134, 245, 0, 0, NULL, false, 'api', 'engine-01a218ed-5f42-762a-897c-fad5e5301d7d', 1, 3, 6, 1795714539433169, 1795714539433169, 1795714539442869);
INSERT INTO executions VALUES ('local', 'execution-01a218ed-5fba-7205-9864-f715d3cb268e', 'failed', 1, NULL, 'failed', false, false, '"Write about tea."', '{"code":"provider_rejected","message":"demo-broken refuses every request. Change the step, or switch it to another model.","path":"b"}', 4, 4, 0, 0, NULL, false, 'api', 'engine-01a218ed-5f42-762a-897c-fad5e5301d7d', 1, 3, 6, 1795714539450084, 1795714539450084, 1795714539457252);
INSERT INTO executions VALUES ('local', 'execution-01a218ed-5fc6-738e-9185-d669201df9bd', 'cancelled', 1, NULL, 'cancelled', false, false, '"Write about tea."', NULL, 4, 4, 0, 0, NULL, false, 'api', 'engine-01a218ed-5f42-762a-897c-fad5e5301d7d', 2, 3, 7, 1795714539462812, 1795714539462812, 1795714539476171);
INSERT INTO executions VALUES ('local', 'execution-01a218ed-5fda-748f-829d-31f2f591b67d', 'review', 1, NULL, 'paused', false, false, NULL, NULL, 4, 4, 0, 0, NULL, false, 'api', 'engine-01a218ed-5f42-762a-897c-fad5e5301d7d', 1, 2, 5, 1795714539482340, 1795714539482340, NULL);
INSERT INTO executions VALUES ('local', 'execution-01a218ed-6288-742c-b6e7-369fb598b739', 'unknown', 1, NULL, 'paused', false, false, NULL, NULL, 4, 21, 0, 0, NULL, false, 'api', 'engine-01a218ed-64d5-77f6-b237-bfe400b9165a', 2, 2, 4, 1795714540168415, 1795714540168415, NULL);
INSERT INTO executions VALUES ('local', 'execution-01a218ed-605f-71b0-be08-b8e36895a658', 'held', 1, NULL, 'paused', true, true, NULL, NULL, 4, 42, 0, 0, NULL, false, 'api', 'engine-01a218ed-64d5-77f6-b237-bfe400b9165a', 2, 3, 4, 1795714539615499, 1795714539615499, NULL);
INSERT INTO executions VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 'decided', 1, NULL, 'completed', false, false, '"As edited"', NULL, 129, 129, 0, 0, NULL, false, 'api', 'engine-01a218ed-5f42-762a-897c-fad5e5301d7d', 4, 7, 17, 1795714539493806, 1795714539493806, 1795714539599088);
INSERT INTO executions VALUES ('local', 'execution-01a218ed-6056-72ac-ab0b-d33f9881f116', 'budget', 1, NULL, 'paused', false, false, NULL, NULL, 0, 0, 0, 0, 1e-07, false, 'api', 'engine-01a218ed-5f42-762a-897c-fad5e5301d7d', 1, 1, 3, 1795714539606753, 1795714539606753, NULL);
INSERT INTO executions VALUES ('local', 'execution-01a218ed-690b-716a-b739-32914732e7e6', 'streaming', 1, NULL, 'running', false, true, NULL, NULL, 0, 0, 0, 0, NULL, false, 'api', 'engine-01a218ed-64d5-77f6-b237-bfe400b9165a', 1, 1, 2, 1795714541835941, 1795714541835941, NULL);
INSERT INTO executions VALUES ('local', 'execution-01a218ed-6b31-7779-9c63-9e24f3d6fc35', 'waiting', 1, NULL, 'running', false, true, NULL, NULL, 0, 0, 0, 0, NULL, false, 'api', 'engine-01a218ed-64d5-77f6-b237-bfe400b9165a', 1, 2, 3, 1795714542385446, 1795714542385446, NULL);


--
-- Data for Name: gate_decisions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO gate_decisions VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 'r', 1795714539506163, 'review', 'revise', 'Shorter, please.', 'Text to revise', NULL, NULL, 'local');
INSERT INTO gate_decisions VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 'r', 1795714539533078, 'review', 'revise', 'Shorter, please.', 'Text to revise

---
This was your previous answer:

Text to revise

---
A reviewer asks you to change it:

Shorter, please.

Write the whole answer anew, with the change.', NULL, NULL, 'local');
INSERT INTO gate_decisions VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 'r', 1795714539599088, 'review', 'approve', NULL, 'Text to revise

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

Write the whole answer anew, with the change.', 'As edited', '-Text to revise
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
', 'local');


--
-- Data for Name: idempotency_keys; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO idempotency_keys VALUES ('local', 'key-done', 'a063bfe89bb328d9a205b298bc6c3c7bb9bb5b5db3aedc2ee46d462abb907cbf', 'execution-01a218ed-5fa9-7179-8874-41b8196299ed', 1795714539433169);
INSERT INTO idempotency_keys VALUES ('local', 'key-failed', '7a48c026e773fce8d77d4642713f944351ff5d40ca692d417337b9816cac9c98', 'execution-01a218ed-5fba-7205-9864-f715d3cb268e', 1795714539450084);
INSERT INTO idempotency_keys VALUES ('local', 'key-cancelled', '65de2159c7f41f00efa05a12666708740b955d6b1bd67aabfd6056126c4ce6ca', 'execution-01a218ed-5fc6-738e-9185-d669201df9bd', 1795714539462812);
INSERT INTO idempotency_keys VALUES ('local', 'key-review', 'b603b9740e4b3f7c7317f3191af3841f735f2ff485f8c17fb8229c33726573c0', 'execution-01a218ed-5fda-748f-829d-31f2f591b67d', 1795714539482340);
INSERT INTO idempotency_keys VALUES ('local', 'key-decided', 'cfe29186dccece0060f79ecd8438c93e1586710d8d536a14f3ae3f435d3d9389', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 1795714539493806);
INSERT INTO idempotency_keys VALUES ('local', 'key-budget', '8a41cb64e77a1017830fb39787af2c6361c3ac2afc450e88f92227a0d1ec57ef', 'execution-01a218ed-6056-72ac-ab0b-d33f9881f116', 1795714539606753);
INSERT INTO idempotency_keys VALUES ('local', 'key-held', 'c6b11a3863e9bae46b058c12e63f9182cf8c9cb124a36cd044e86048533da91a', 'execution-01a218ed-605f-71b0-be08-b8e36895a658', 1795714539615499);
INSERT INTO idempotency_keys VALUES ('local', 'key-unknown', 'e44b7af78cd1e2bfc851da3e136da410a8fb4179193ab2249e52dc752d6e9829', 'execution-01a218ed-6288-742c-b6e7-369fb598b739', 1795714540168415);
INSERT INTO idempotency_keys VALUES ('local', 'key-streaming', 'a60506e58f8ee8dd34e0532cdf3feb27a8cb481858ce717af9121bbc8b4fcf4f', 'execution-01a218ed-690b-716a-b739-32914732e7e6', 1795714541835941);
INSERT INTO idempotency_keys VALUES ('local', 'key-waiting', 'e15b31977e41422dfc1cb86c3ee5d13e3d66b09e6d48c5ca1dc3560a8fa3a734', 'execution-01a218ed-6b31-7779-9c63-9e24f3d6fc35', 1795714542385446);


--
-- Data for Name: personas; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO personas VALUES ('local', 'editor', 'Editor', 'Old', 'Be brief.', 1, 1795714539383237, 1795714539383237);


--
-- Data for Name: step_runs; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-5fa9-7179-8874-41b8196299ed', 'a', 0, 'a', 'A', 'llm', 'completed', 1, 'demo', 'demo-instant', 'Write about tea.', '*Simulated answer of the demo provider.*

## On write

1. **write**: People who deal with write ask for fewer surprises, not for more options. Measure once before and once after; keep the figure with the change. Nothing here depends on a decision not yet made.

2. **about**: Most of the work on about lies in deciding what to leave out. Each part has one owner, one input and one output, so that it can be changed without the others. Nothing here depends on a decision not yet made.
', NULL, 7, 121, 0, 0, NULL, NULL, false, NULL, 1795714539433169, 1795714539438615);
INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-5fa9-7179-8874-41b8196299ed', 'b', 1, 'b', 'B', 'llm', 'completed', 1, 'demo', 'demo-echo', '*Simulated answer of the demo provider.*

## On write

1. **write**: People who deal with write ask for fewer surprises, not for more options. Measure once before and once after; keep the figure with the change. Nothing here depends on a decision not yet made.

2. **about**: Most of the work on about lies in deciding what to leave out. Each part has one owner, one input and one output, so that it can be changed without the others. Nothing here depends on a decision not yet made.
 and more', '*Simulated answer of the demo provider.*

## On write

1. **write**: People who deal with write ask for fewer surprises, not for more options. Measure once before and once after; keep the figure with the change. Nothing here depends on a decision not yet made.

2. **about**: Most of the work on about lies in deciding what to leave out. Each part has one owner, one input and one output, so that it can be changed without the others. Nothing here depends on a decision not yet made.
 and more', NULL, 127, 124, 0, 0, NULL, NULL, false, NULL, 1795714539438615, 1795714539442869);
INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-5fba-7205-9864-f715d3cb268e', 'a', 0, 'a', 'A', 'llm', 'completed', 1, 'demo', 'demo-echo', 'Write about tea.', 'Write about tea.', NULL, 4, 4, 0, 0, NULL, NULL, false, NULL, 1795714539450084, 1795714539454051);
INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-5fba-7205-9864-f715d3cb268e', 'b', 1, 'b', 'B', 'llm', 'failed', 1, 'demo', 'demo-broken', 'Write about tea.', NULL, NULL, 0, 0, 0, 0, '{"code":"provider_rejected","message":"demo-broken refuses every request. Change the step, or switch it to another model."}', NULL, false, NULL, 1795714539454051, 1795714539457252);
INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-5fc6-738e-9185-d669201df9bd', 'a', 0, 'a', 'A', 'llm', 'completed', 1, 'demo', 'demo-echo', 'Write about tea.', 'Write about tea.', NULL, 4, 4, 0, 0, NULL, NULL, false, NULL, 1795714539462812, 1795714539466678);
INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-5fc6-738e-9185-d669201df9bd', 'r', 1, 'r', 'R', 'review', 'cancelled', 0, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, NULL, NULL, false, NULL, 1795714539466678, 1795714539476171);
INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-5fda-748f-829d-31f2f591b67d', 'a', 0, 'a', 'A', 'llm', 'completed', 1, 'demo', 'demo-echo', 'Text to review', 'Text to review', NULL, 4, 4, 0, 0, NULL, NULL, false, NULL, 1795714539482340, 1795714539486431);
INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-5fda-748f-829d-31f2f591b67d', 'r', 1, 'r', 'R', 'review', 'waiting', 0, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, NULL, '{"kind":"review","message":"“R” waits for your review.","shows":["a"],"content":"Text to review","decisions":["approve","reject","revise"],"expires_at":null,"on_expiry":null,"needed_usd":null,"opened_seq":4}', false, NULL, 1795714539486431, NULL);
INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 'r', 1, 'r', 'R', 'review', 'completed', 0, NULL, NULL, NULL, 'As edited', '{"decision":"approve","comment":null,"content":"As edited"}', 0, 0, 0, 0, NULL, '{"kind":"review","message":"“R” waits for your review.","shows":["a"],"content":"Text to revise\n\n---\nThis was your previous answer:\n\nText to revise\n\n---\nThis was your previous answer:\n\nText to revise\n\n---\nA reviewer asks you to change it:\n\nShorter, please.\n\nWrite the whole answer anew, with the change.\n\n---\nA reviewer asks you to change it:\n\nShorter, please.\n\nWrite the whole answer anew, with the change.","decisions":["approve","reject","revise"],"expires_at":null,"on_expiry":null,"needed_usd":null,"opened_seq":14}', false, NULL, 1795714539538679, 1795714539599088);
INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-6056-72ac-ab0b-d33f9881f116', 'a', 0, 'a', 'A', 'llm', 'waiting', 0, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, NULL, '{"kind":"budget","message":"The next call of `gpt-5.4-mini` may cost $0.018435, and $0.000000 of the budget of $0.000000 is spent. Raise the budget, switch the step to another model and repeat it, or stop.","shows":[],"content":null,"decisions":["raise_budget","repeat","stop"],"expires_at":null,"on_expiry":null,"needed_usd":0.018435,"opened_seq":2}', false, NULL, 1795714539606753, NULL);
INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-690b-716a-b739-32914732e7e6', 'a', 0, 'a', 'A', 'llm', 'running', 1, 'demo', 'demo-slow', 'Write about tea.', '*Simulated answer of the demo provider.*

## On write

1. **write**: It helps to ', NULL, 0, 0, 0, 0, NULL, NULL, false, NULL, 1795714541835941, NULL);
INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-5fe5-77c3-8857-66e8fc14847d', 'a', 0, 'a', 'A', 'llm', 'completed', 3, 'demo', 'demo-echo', 'Text to revise

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

Write the whole answer anew, with the change.', 'Text to revise

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

Write the whole answer anew, with the change.', NULL, 129, 129, 0, 0, NULL, NULL, false, NULL, 1795714539533078, 1795714539538679);
INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-605f-71b0-be08-b8e36895a658', 'a', 0, 'a', 'A', 'llm', 'running', 1, 'demo', 'demo-slow', 'Write about tea.', '*Simulated answer of the demo provider.*

## On write

1. **write**: It helps to begin write with the smallest part that is useful by itself. Anything that cannot be ', NULL, 4, 42, 0, 0, '{"code":"interrupted","message":"The server stopped while the attempt was under way."}', NULL, false, NULL, 1795714539615499, 1795714541787202);
INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-6288-742c-b6e7-369fb598b739', 'a', 0, 'a', 'A', 'llm', 'outcome_unknown', 1, 'demo', 'demo-slow', 'Write about tea.', '*Simulated answer of the demo provider.*

## On write

1. **write**: It helps to ', NULL, 4, 21, 0, 0, '{"code":"interrupted","message":"The server stopped while the attempt was under way."}', '{"kind":"outcome_unknown","message":"The server stopped while this step was changing something elsewhere, so it may have happened or not. Look, then say whether to repeat it, take it as done, or fail.","shows":["a"],"content":"*Simulated answer of the demo provider.*\n\n## On write\n\n1. **write**: It helps to ","decisions":["repeat","assume_done","fail"],"expires_at":null,"on_expiry":null,"needed_usd":null,"opened_seq":3}', false, NULL, 1795714540168415, 1795714541787951);
INSERT INTO step_runs VALUES ('local', 'execution-01a218ed-6b31-7779-9c63-9e24f3d6fc35', 'a', 0, 'a', 'A', 'llm', 'running', 1, 'demo', 'demo-flaky', 'Write about tea.', NULL, NULL, 0, 0, 0, 0, '{"code":"provider_unavailable","message":"demo-flaky fails 2 times before it answers; this was number 1. Retry the step, or switch it to another model."}', NULL, false, NULL, 1795714542385446, 1795714542391025);


--
-- Data for Name: tenants; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO tenants VALUES ('local', 'Local', 1795714539305792);


--
-- Data for Name: workflow_tags; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO workflow_tags VALUES ('local', 'failed', 'failed');
INSERT INTO workflow_tags VALUES ('local', 'old', 'failed');
INSERT INTO workflow_tags VALUES ('local', 'cancelled', 'cancelled');
INSERT INTO workflow_tags VALUES ('local', 'old', 'cancelled');
INSERT INTO workflow_tags VALUES ('local', 'review', 'review');
INSERT INTO workflow_tags VALUES ('local', 'old', 'review');
INSERT INTO workflow_tags VALUES ('local', 'old', 'decided');
INSERT INTO workflow_tags VALUES ('local', 'decided', 'decided');
INSERT INTO workflow_tags VALUES ('local', 'old', 'held');
INSERT INTO workflow_tags VALUES ('local', 'held', 'held');
INSERT INTO workflow_tags VALUES ('local', 'budget', 'budget');
INSERT INTO workflow_tags VALUES ('local', 'old', 'budget');
INSERT INTO workflow_tags VALUES ('local', 'old', 'unknown');
INSERT INTO workflow_tags VALUES ('local', 'unknown', 'unknown');
INSERT INTO workflow_tags VALUES ('local', 'streaming', 'streaming');
INSERT INTO workflow_tags VALUES ('local', 'old', 'streaming');
INSERT INTO workflow_tags VALUES ('local', 'old', 'waiting');
INSERT INTO workflow_tags VALUES ('local', 'waiting', 'waiting');
INSERT INTO workflow_tags VALUES ('local', 'old', 'done');
INSERT INTO workflow_tags VALUES ('local', 'done', 'done');


--
-- Data for Name: workflow_versions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO workflow_versions VALUES ('local', 'done', 1, 'Done', '', '{"yolo":false,"persona_id":"editor","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-instant","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}} and more","provider":"demo","model":"demo-echo","enabled":true}]}', 1795714539387383);
INSERT INTO workflow_versions VALUES ('local', 'failed', 1, 'Failed', '', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-echo","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-broken","enabled":true,"max_retries":0}]}', 1795714539394665);
INSERT INTO workflow_versions VALUES ('local', 'cancelled', 1, 'Cancelled', '', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true}]}', 1795714539397966);
INSERT INTO workflow_versions VALUES ('local', 'review', 1, 'Review', '', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Text to review","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.R.content}}!","provider":"demo","model":"demo-echo","enabled":true}]}', 1795714539401140);
INSERT INTO workflow_versions VALUES ('local', 'decided', 1, 'Decided', '', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Text to revise","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true}]}', 1795714539404118);
INSERT INTO workflow_versions VALUES ('local', 'held', 1, 'Held', '', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"after the hold","provider":"demo","model":"demo-echo","enabled":true}]}', 1795714539406875);
INSERT INTO workflow_versions VALUES ('local', 'budget', 1, 'Budget', '', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"openai","model":"gpt-5.4-mini","enabled":true}]}', 1795714539409736);
INSERT INTO workflow_versions VALUES ('local', 'unknown', 1, 'Unknown', '', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true,"effect":"writes"},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}}","provider":"demo","model":"demo-echo","enabled":true}]}', 1795714539412298);
INSERT INTO workflow_versions VALUES ('local', 'streaming', 1, 'Streaming', '', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"the end","provider":"demo","model":"demo-echo","enabled":true}]}', 1795714539414818);
INSERT INTO workflow_versions VALUES ('local', 'waiting', 1, 'Waiting', '', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-flaky","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"the end","provider":"demo","model":"demo-echo","enabled":true}]}', 1795714539417250);
INSERT INTO workflow_versions VALUES ('local', 'done', 2, 'Done', 'Saved 2 times', '{"yolo":false,"persona_id":"editor","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-instant","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}} and more","provider":"demo","model":"demo-echo","enabled":true}]}', 1795714539422397);
INSERT INTO workflow_versions VALUES ('local', 'done', 3, 'Done', 'Saved 3 times', '{"yolo":false,"persona_id":"editor","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-instant","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}} and more","provider":"demo","model":"demo-echo","enabled":true}]}', 1795714539426464);


--
-- Data for Name: workflows; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO workflows VALUES ('local', 'failed', 'Failed', '', NULL, '["old","failed"]', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-echo","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-broken","enabled":true,"max_retries":0}]}', 2, '["A","B"]', 'failed
', 1, false, NULL, true, 1795714539394665, 1795714539394665);
INSERT INTO workflows VALUES ('local', 'cancelled', 'Cancelled', '', NULL, '["old","cancelled"]', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true}]}', 2, '["A","R"]', 'cancelled
', 1, false, NULL, true, 1795714539397966, 1795714539397966);
INSERT INTO workflows VALUES ('local', 'review', 'Review', '', NULL, '["old","review"]', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Text to review","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.R.content}}!","provider":"demo","model":"demo-echo","enabled":true}]}', 3, '["A","R","B"]', 'review
', 1, false, NULL, true, 1795714539401140, 1795714539401140);
INSERT INTO workflows VALUES ('local', 'decided', 'Decided', '', NULL, '["old","decided"]', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Text to revise","provider":"demo","model":"demo-echo","enabled":true},{"id":"r","label":"R","type":"review","instructions":"","shows":["a"],"enabled":true}]}', 2, '["A","R"]', 'decided
', 1, false, NULL, true, 1795714539404118, 1795714539404118);
INSERT INTO workflows VALUES ('local', 'held', 'Held', '', NULL, '["old","held"]', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"after the hold","provider":"demo","model":"demo-echo","enabled":true}]}', 2, '["A","B"]', 'held
', 1, false, NULL, true, 1795714539406875, 1795714539406875);
INSERT INTO workflows VALUES ('local', 'budget', 'Budget', '', NULL, '["old","budget"]', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"openai","model":"gpt-5.4-mini","enabled":true}]}', 1, '["A"]', 'budget
', 1, false, NULL, true, 1795714539409736, 1795714539409736);
INSERT INTO workflows VALUES ('local', 'unknown', 'Unknown', '', NULL, '["old","unknown"]', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true,"effect":"writes"},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}}","provider":"demo","model":"demo-echo","enabled":true}]}', 2, '["A","B"]', 'unknown
', 1, false, NULL, true, 1795714539412298, 1795714539412298);
INSERT INTO workflows VALUES ('local', 'streaming', 'Streaming', '', NULL, '["old","streaming"]', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-slow","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"the end","provider":"demo","model":"demo-echo","enabled":true}]}', 2, '["A","B"]', 'streaming
', 1, false, NULL, true, 1795714539414818, 1795714539414818);
INSERT INTO workflows VALUES ('local', 'waiting', 'Waiting', '', NULL, '["old","waiting"]', '{"yolo":false,"steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-flaky","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"the end","provider":"demo","model":"demo-echo","enabled":true}]}', 2, '["A","B"]', 'waiting
', 1, false, NULL, true, 1795714539417250, 1795714539417250);
INSERT INTO workflows VALUES ('local', 'done', 'Done', 'Saved 3 times', NULL, '["old","done"]', '{"yolo":false,"persona_id":"editor","steps":[{"id":"a","label":"A","type":"llm","prompt":"Write about {{input.topic}}.","provider":"demo","model":"demo-instant","enabled":true},{"id":"b","label":"B","type":"llm","prompt":"{{steps.A.content}} and more","provider":"demo","model":"demo-echo","enabled":true}]}', 2, '["A","B"]', 'done
saved 3 times', 3, false, NULL, true, 1795714539387383, 1795714539426464);


--
-- Name: __diesel_schema_migrations __diesel_schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY __diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);


--
-- Name: attempts attempts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (tenant_id, execution_id, path, attempt);


--
-- Name: credentials credentials_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (tenant_id, provider);


--
-- Name: engines engines_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY engines
    ADD CONSTRAINT engines_pkey PRIMARY KEY (id);


--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY events
    ADD CONSTRAINT events_pkey PRIMARY KEY (tenant_id, execution_id, seq);


--
-- Name: execution_snapshots execution_snapshots_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY execution_snapshots
    ADD CONSTRAINT execution_snapshots_pkey PRIMARY KEY (tenant_id, execution_id);


--
-- Name: executions executions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY executions
    ADD CONSTRAINT executions_pkey PRIMARY KEY (tenant_id, id);


--
-- Name: gate_decisions gate_decisions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY gate_decisions
    ADD CONSTRAINT gate_decisions_pkey PRIMARY KEY (tenant_id, execution_id, path, decided_at);


--
-- Name: idempotency_keys idempotency_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, key);


--
-- Name: personas personas_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY personas
    ADD CONSTRAINT personas_pkey PRIMARY KEY (tenant_id, id);


--
-- Name: step_runs step_runs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY step_runs
    ADD CONSTRAINT step_runs_pkey PRIMARY KEY (tenant_id, execution_id, path);


--
-- Name: tenants tenants_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);


--
-- Name: workflow_tags workflow_tags_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY workflow_tags
    ADD CONSTRAINT workflow_tags_pkey PRIMARY KEY (tenant_id, tag, workflow_id);


--
-- Name: workflow_versions workflow_versions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY workflow_versions
    ADD CONSTRAINT workflow_versions_pkey PRIMARY KEY (tenant_id, workflow_id, version);


--
-- Name: workflows workflows_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY workflows
    ADD CONSTRAINT workflows_pkey PRIMARY KEY (tenant_id, id);


--
-- Name: executions_by_workflow; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX executions_by_workflow ON executions USING btree (tenant_id, workflow_id, id);


--
-- Name: executions_live; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX executions_live ON executions USING btree (owner) WHERE live;


--
-- Name: idempotency_keys_by_execution; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idempotency_keys_by_execution ON idempotency_keys USING btree (tenant_id, execution_id);


--
-- Name: workflow_tags_by_workflow; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX workflow_tags_by_workflow ON workflow_tags USING btree (tenant_id, workflow_id);


--
-- Name: workflows_by_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX workflows_by_name ON workflows USING btree (tenant_id, name, id);


--
-- Name: workflows_by_update; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX workflows_by_update ON workflows USING btree (tenant_id, updated_at, id);


--
-- Name: attempts attempts_tenant_id_execution_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY attempts
    ADD CONSTRAINT attempts_tenant_id_execution_id_fkey FOREIGN KEY (tenant_id, execution_id) REFERENCES executions(tenant_id, id) ON DELETE CASCADE;


--
-- Name: credentials credentials_tenant_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY credentials
    ADD CONSTRAINT credentials_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);


--
-- Name: events events_tenant_id_execution_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY events
    ADD CONSTRAINT events_tenant_id_execution_id_fkey FOREIGN KEY (tenant_id, execution_id) REFERENCES executions(tenant_id, id) ON DELETE CASCADE;


--
-- Name: execution_snapshots execution_snapshots_tenant_id_execution_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY execution_snapshots
    ADD CONSTRAINT execution_snapshots_tenant_id_execution_id_fkey FOREIGN KEY (tenant_id, execution_id) REFERENCES executions(tenant_id, id) ON DELETE CASCADE;


--
-- Name: executions executions_tenant_id_workflow_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY executions
    ADD CONSTRAINT executions_tenant_id_workflow_id_fkey FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows(tenant_id, id) ON DELETE CASCADE;


--
-- Name: gate_decisions gate_decisions_tenant_id_execution_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY gate_decisions
    ADD CONSTRAINT gate_decisions_tenant_id_execution_id_fkey FOREIGN KEY (tenant_id, execution_id) REFERENCES executions(tenant_id, id) ON DELETE CASCADE;


--
-- Name: idempotency_keys idempotency_keys_tenant_id_execution_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY idempotency_keys
    ADD CONSTRAINT idempotency_keys_tenant_id_execution_id_fkey FOREIGN KEY (tenant_id, execution_id) REFERENCES executions(tenant_id, id) ON DELETE CASCADE;


--
-- Name: personas personas_tenant_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY personas
    ADD CONSTRAINT personas_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);


--
-- Name: step_runs step_runs_tenant_id_execution_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY step_runs
    ADD CONSTRAINT step_runs_tenant_id_execution_id_fkey FOREIGN KEY (tenant_id, execution_id) REFERENCES executions(tenant_id, id) ON DELETE CASCADE;


--
-- Name: workflow_tags workflow_tags_tenant_id_workflow_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY workflow_tags
    ADD CONSTRAINT workflow_tags_tenant_id_workflow_id_fkey FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows(tenant_id, id) ON DELETE CASCADE;


--
-- Name: workflow_versions workflow_versions_tenant_id_workflow_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY workflow_versions
    ADD CONSTRAINT workflow_versions_tenant_id_workflow_id_fkey FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows(tenant_id, id) ON DELETE CASCADE;


--
-- Name: workflows workflows_tenant_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY workflows
    ADD CONSTRAINT workflows_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);


--
-- PostgreSQL database dump complete
--



