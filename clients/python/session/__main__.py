"""One session over the whole API with a client of openapi-python-client."""

from .canvas import canvas
from .events import events
from .gates import gates
from .resources import personas, providers, templates
from .runs import runs
from .workflows import workflows

for part in (providers, personas, workflows, canvas, templates, runs, gates, events):
    part()
    print(f"  {part.__name__}: done", flush=True)
