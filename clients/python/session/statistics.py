"""The statistics of a workflow after one run."""

from datetime import datetime

from sluice_client.api.workflows import get_workflow_stats
from sluice_client.models import ExecutionStatus

from .runs import settled, start
from .support import MARK, client, llm, ok


def statistics() -> None:
    workflow_id = f"{MARK}-statistics"
    run = settled(start(workflow_id, llm("Plan", "Plan"), llm("Write", "Write")))
    assert run.status == ExecutionStatus.COMPLETED and isinstance(run.completed_at, datetime)
    stats = ok(get_workflow_stats.sync_detailed(workflow_id, client=client, days=7))
    assert (stats.executions, stats.completed, stats.failed, stats.unfinished) == (1, 1, 0, 0)
    assert stats.token_usage.output_tokens == run.token_usage.output_tokens
    assert stats.p50_duration_ms is not None and stats.p95_duration_ms is not None
    today = run.completed_at.date()
    assert len(stats.days) >= 7 and any(it.day == today and it.completed == 1 for it in stats.days)
    assert any((it.provider, it.model, it.calls) == ("demo", "demo-instant", 2) for it in stats.models)
    assert {it.step_id for it in stats.steps} == {"plan", "write"}
    assert all((it.runs, it.failures, it.cost_usd) == (1, 0, 0) for it in stats.steps)
