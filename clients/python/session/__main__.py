"""One session over the whole API with a client of openapi-python-client."""

from .canvas import canvas
from .events import events
from .gates import gates
from .generations import generations
from .resources import personas, providers, templates
from .runs import runs
from .statistics import statistics
from .steps import steps
from .workflows import workflows

PARTS = (
    providers,
    personas,
    workflows,
    steps,
    canvas,
    templates,
    runs,
    statistics,
    gates,
    events,
    generations,
)

for part in PARTS:
    part()
    print(f"  {part.__name__}: done", flush=True)
