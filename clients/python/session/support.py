"""The client, and reading its answers: the value, or the typed problem."""

import os
from typing import TypeVar

import httpx
from sluice_client import Client
from sluice_client.models import (
    Definition,
    LlmStep,
    LlmStepType,
    ParallelStep,
    Problem,
    ReviewStep,
    ReviewStepType,
)
from sluice_client.types import UNSET, Response, Unset

T = TypeVar("T")

# Longer than the longest `wait`.
client = Client(base_url=os.environ["SLUICE"], timeout=httpx.Timeout(90.0))

# A server of next year has more items in its lists than this year's, and codes of problems that are not known yet.
NEXT_YEAR = os.environ.get("NEXT_YEAR") == "1"

# Different in each session, so that sessions can share a server.
MARK = f"py-{os.getpid()}"


def ok(answer: Response[Problem | T], status: int = 200) -> T:
    """The body of an answer that must have this status."""
    assert not isinstance(answer.parsed, Problem), answer.parsed
    assert answer.status_code == status, answer.status_code
    assert answer.parsed is not None
    return answer.parsed


def empty(answer: Response[object]) -> None:
    """Checks an answer without a body."""
    assert answer.status_code == 204, answer.content


def refused(answer: Response[Problem | T], status: int, code: str) -> Problem:
    """The problem of a request that must have been refused."""
    problem = answer.parsed
    assert isinstance(problem, Problem), f"a problem {code} was expected"
    assert answer.status_code == problem.status == status
    # The proxy gives each 404 a code of next year.
    if not NEXT_YEAR or status != 404:
        assert problem.code == code, problem
    assert problem.title and problem.detail and problem.request_id
    return problem


def etag(answer: Response[T]) -> str:
    return answer.headers["ETag"]


def definition(*steps: LlmStep | ReviewStep | ParallelStep) -> Definition:
    """A definition that calls nothing but the offline provider."""
    return Definition(provider="demo", model="demo-instant", steps=list(steps))


def llm(label: str, prompt: str, model: str | Unset = UNSET) -> LlmStep:
    return LlmStep(type_=LlmStepType.LLM, label=label, prompt=prompt, model=model)


def review(label: str, instructions: str | Unset = UNSET, shows: list[str] | Unset = UNSET) -> ReviewStep:
    return ReviewStep(type_=ReviewStepType.REVIEW, label=label, instructions=instructions, shows=shows)
