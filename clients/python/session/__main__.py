"""One session over the whole API with a client of openapi-python-client."""

from .events import events
from .gates import gates
from .generations import generations
from .resources import personas, providers, templates
from .runs import runs
from .workflows import workflows

for part in (providers, personas, workflows, templates, runs, gates, events, generations):
    part()
    print(f"  {part.__name__}: done", flush=True)
