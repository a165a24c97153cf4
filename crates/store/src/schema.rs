//! The tables, as diesel knows them. A test compares them with both databases.

diesel::table! {
    tenants (id) {
        id -> Text,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    workflows (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        name -> Text,
        description -> Text,
        category -> Nullable<Text>,
        tags -> Text,
        definition -> Text,
        step_count -> Integer,
        step_labels -> Text,
        search_text -> Text,
        version -> BigInt,
        is_template -> Bool,
        source_template_id -> Nullable<Text>,
        is_active -> Bool,
        created_at -> BigInt,
        updated_at -> BigInt,
        format -> Integer,
        deleting -> Bool,
        metadata -> Nullable<Text>,
        is_published -> Bool,
        created_by -> Nullable<Text>,
    }
}

diesel::table! {
    workflow_tags (tenant_id, tag, workflow_id) {
        tenant_id -> Text,
        tag -> Text,
        workflow_id -> Text,
    }
}

diesel::table! {
    workflow_search (tenant_id, workflow_id) {
        tenant_id -> Text,
        workflow_id -> Text,
        words -> Text,
    }
}

diesel::table! {
    workflow_versions (tenant_id, workflow_id, version) {
        tenant_id -> Text,
        workflow_id -> Text,
        version -> BigInt,
        name -> Text,
        description -> Text,
        definition -> Text,
        created_at -> BigInt,
        format -> Integer,
        created_by -> Nullable<Text>,
        origin -> Nullable<Text>,
        restored_version -> Nullable<BigInt>,
    }
}

diesel::table! {
    executions (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        workflow_id -> Text,
        workflow_version -> BigInt,
        temporal_workflow_id -> Nullable<Text>,
        status -> Text,
        on_hold -> Bool,
        live -> Bool,
        output -> Nullable<Text>,
        error -> Nullable<Text>,
        input_tokens -> BigInt,
        output_tokens -> BigInt,
        cached_input_tokens -> BigInt,
        cost_usd -> Double,
        budget_usd -> Nullable<Double>,
        yolo -> Bool,
        triggered_by -> Text,
        owner -> Text,
        epoch -> BigInt,
        turn -> BigInt,
        last_seq -> BigInt,
        created_at -> BigInt,
        started_at -> Nullable<BigInt>,
        completed_at -> Nullable<BigInt>,
        turn_token -> BigInt,
        interruptions -> Integer,
        deleting -> Bool,
        cache_write_tokens -> BigInt,
        reasoning_tokens -> BigInt,
        unpriced_calls -> Integer,
        metadata -> Nullable<Text>,
        tried_step -> Nullable<Text>,
    }
}

diesel::table! {
    execution_numbers (tenant_id, execution_id) {
        tenant_id -> Text,
        execution_id -> Text,
        number -> BigInt,
    }
}

diesel::table! {
    execution_counters (tenant_id, workflow_id) {
        tenant_id -> Text,
        workflow_id -> Text,
        last_number -> BigInt,
    }
}

diesel::table! {
    execution_metadata (tenant_id, name, value, execution_id) {
        tenant_id -> Text,
        name -> Text,
        value -> Text,
        execution_id -> Text,
    }
}

diesel::table! {
    execution_snapshots (tenant_id, execution_id) {
        tenant_id -> Text,
        execution_id -> Text,
        snapshot -> Text,
        input -> Text,
        format -> Integer,
    }
}

diesel::table! {
    step_runs (tenant_id, execution_id, path) {
        tenant_id -> Text,
        execution_id -> Text,
        path -> Text,
        step_id -> Text,
        label -> Text,
        step_type -> Text,
        status -> Text,
        attempt -> Integer,
        provider -> Nullable<Text>,
        model -> Nullable<Text>,
        prompt -> Nullable<Text>,
        content -> Nullable<Text>,
        output -> Nullable<Text>,
        input_tokens -> BigInt,
        output_tokens -> BigInt,
        cached_input_tokens -> BigInt,
        cost_usd -> Double,
        error -> Nullable<Text>,
        gate -> Nullable<Text>,
        overridden -> Bool,
        revision -> Nullable<Text>,
        started_at -> Nullable<BigInt>,
        completed_at -> Nullable<BigInt>,
        stale -> Bool,
        order_key -> Binary,
        parent_path -> Nullable<Text>,
        retry_at -> Nullable<BigInt>,
        failures -> Integer,
        candidate -> Integer,
        reserved_usd -> Double,
        sent_tokens -> BigInt,
        details -> Nullable<Text>,
    }
}

diesel::table! {
    attempts (tenant_id, execution_id, path, attempt) {
        tenant_id -> Text,
        execution_id -> Text,
        path -> Text,
        attempt -> Integer,
        status -> Text,
        provider -> Nullable<Text>,
        model -> Nullable<Text>,
        input_tokens -> BigInt,
        output_tokens -> BigInt,
        cached_input_tokens -> BigInt,
        usage_estimated -> Bool,
        cost_usd -> Double,
        content -> Nullable<Text>,
        error -> Nullable<Text>,
        started_at -> BigInt,
        completed_at -> BigInt,
        cache_write_tokens -> BigInt,
        reasoning_tokens -> BigInt,
        unpriced -> Bool,
        finish_reason -> Nullable<Text>,
        finish_word -> Nullable<Text>,
        thinking -> Nullable<Text>,
        notes -> Nullable<Text>,
    }
}

diesel::table! {
    attempt_texts (tenant_id, execution_id, path, attempt, start_offset) {
        tenant_id -> Text,
        execution_id -> Text,
        path -> Text,
        attempt -> Integer,
        start_offset -> BigInt,
        text -> Text,
    }
}

diesel::table! {
    schema_compatibility (least_migration) {
        least_migration -> Text,
    }
}

diesel::table! {
    gate_decisions (tenant_id, execution_id, path, opened_seq) {
        tenant_id -> Text,
        execution_id -> Text,
        path -> Text,
        opened_seq -> BigInt,
        kind -> Text,
        decision -> Text,
        comment -> Nullable<Text>,
        content_before -> Nullable<Text>,
        content_after -> Nullable<Text>,
        difference -> Nullable<Text>,
        decided_by -> Text,
        decided_at -> BigInt,
    }
}

diesel::table! {
    events (tenant_id, execution_id, seq) {
        tenant_id -> Text,
        execution_id -> Text,
        seq -> BigInt,
        payload -> Text,
    }
}

diesel::table! {
    idempotency_keys (tenant_id, key) {
        tenant_id -> Text,
        key -> Text,
        operation -> Text,
        request_hash -> Text,
        resource_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    engines (id) {
        id -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    personas (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        name -> Text,
        description -> Text,
        instructions -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    credentials (tenant_id, provider) {
        tenant_id -> Text,
        provider -> Text,
        sealed_key -> Nullable<Binary>,
        key_hint -> Nullable<Text>,
        base_url -> Nullable<Text>,
        default_model -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    agents (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        name -> Text,
        settings -> Text,
        search_text -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    mcp_servers (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        name -> Text,
        description -> Text,
        search_text -> Text,
        transport -> Text,
        sealed_secrets -> Nullable<Binary>,
        allowed_tools -> Text,
        trusted -> Bool,
        timeout_seconds -> Nullable<Integer>,
        revision -> BigInt,
        listed_at -> Nullable<BigInt>,
        listing_error -> Nullable<Text>,
        listing_failed_at -> Nullable<BigInt>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    mcp_tools (tenant_id, server_id, name) {
        tenant_id -> Text,
        server_id -> Text,
        name -> Text,
        tool -> Text,
        search_text -> Text,
        declared_effect -> Text,
        allowed -> Bool,
    }
}

diesel::table! {
    workflow_layouts (tenant_id, workflow_id) {
        tenant_id -> Text,
        workflow_id -> Text,
        nodes -> Text,
        viewport -> Nullable<Text>,
    }
}

diesel::table! {
    workflow_resources (tenant_id, kind, resource_id, workflow_id) {
        tenant_id -> Text,
        kind -> Text,
        resource_id -> Text,
        workflow_id -> Text,
    }
}

diesel::table! {
    generations (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        status -> Text,
        owner -> Text,
        prompt -> Text,
        workflow_id -> Nullable<Text>,
        workflow_version -> Nullable<BigInt>,
        refines -> Bool,
        provider -> Text,
        model -> Text,
        simulated -> Bool,
        calls -> BigInt,
        cost_usd -> Double,
        token_usage -> Text,
        design -> Nullable<Text>,
        error -> Nullable<Text>,
        applications -> BigInt,
        applied_workflow_id -> Nullable<Text>,
        applied -> Nullable<Text>,
        created_at -> BigInt,
        completed_at -> Nullable<BigInt>,
        expires_at -> BigInt,
    }
}

diesel::table! {
    duration_buckets (from_ms) {
        from_ms -> BigInt,
        bucket -> Integer,
    }
}

diesel::table! {
    uncounted_executions (tenant_id, execution_id) {
        tenant_id -> Text,
        execution_id -> Text,
        workflow_id -> Text,
    }
}

diesel::table! {
    workflow_day_stats (tenant_id, workflow_id, day, status, bucket) {
        tenant_id -> Text,
        workflow_id -> Text,
        day -> BigInt,
        status -> Text,
        bucket -> Integer,
        executions -> BigInt,
        duration_ms -> BigInt,
        cost_usd -> Double,
        unpriced_calls -> BigInt,
        input_tokens -> BigInt,
        output_tokens -> BigInt,
        cached_input_tokens -> BigInt,
        cache_write_tokens -> BigInt,
        reasoning_tokens -> BigInt,
    }
}

diesel::table! {
    workflow_step_day_stats (tenant_id, workflow_id, day, step_id, bucket) {
        tenant_id -> Text,
        workflow_id -> Text,
        day -> BigInt,
        step_id -> Text,
        bucket -> Integer,
        runs -> BigInt,
        failures -> BigInt,
        duration_ms -> BigInt,
        cost_usd -> Double,
    }
}

diesel::table! {
    workflow_model_day_stats (tenant_id, workflow_id, day, provider, model) {
        tenant_id -> Text,
        workflow_id -> Text,
        day -> BigInt,
        provider -> Text,
        model -> Text,
        calls -> BigInt,
        cost_usd -> Double,
        unpriced_calls -> BigInt,
        input_tokens -> BigInt,
        output_tokens -> BigInt,
        cached_input_tokens -> BigInt,
        cache_write_tokens -> BigInt,
        reasoning_tokens -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    agents,
    attempt_texts,
    attempts,
    credentials,
    duration_buckets,
    engines,
    events,
    execution_counters,
    execution_metadata,
    execution_numbers,
    execution_snapshots,
    executions,
    gate_decisions,
    generations,
    idempotency_keys,
    mcp_servers,
    mcp_tools,
    personas,
    schema_compatibility,
    step_runs,
    tenants,
    workflow_layouts,
    uncounted_executions,
    workflow_day_stats,
    workflow_model_day_stats,
    workflow_resources,
    workflow_search,
    workflow_step_day_stats,
    workflow_tags,
    workflow_versions,
    workflows
);

diesel::allow_columns_to_appear_in_same_group_by_clause!(step_runs::step_id, attempts::provider, attempts::model);
