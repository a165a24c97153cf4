"""The events of a run, read from the stream to its end."""

import json

from httpx_sse import connect_sse
from sluice_client.models import ExecutionEvent
from sluice_client.types import Unset

from .runs import start
from .support import MARK, client, llm


def events() -> None:
    run = start(f"{MARK}-events", llm("Tell", "Tell", "demo"))
    address = f"/api/v1/workflows/executions/{run.id}/events"
    stored: list[int] = []
    kinds: set[str] = set()
    # The generated operation waits for the end of the stream; httpx-sse reads it as it comes.
    with connect_sse(client.get_httpx_client(), "GET", address) as source:
        for sent in source.iter_sse():
            event = ExecutionEvent.from_dict(json.loads(sent.data))
            assert event.execution_id == run.id
            kinds.add(event.type_)
            # A reader passes over kinds that it does not know.
            if event.type_ == "progress" and isinstance(event.seq, int):
                stored.append(event.seq)
            if event.type_ == "done":
                assert not isinstance(event.status, Unset) and event.status == "completed"
    assert {"text", "done"} <= kinds
    assert stored == sorted(set(stored))
