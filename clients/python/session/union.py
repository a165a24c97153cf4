"""Reads a definition with every kind of step that is planned, and writes it again."""

import json
import sys
from pathlib import Path

from union_client.models import Definition

source, target = sys.argv[1:]
definition = Definition.from_dict(json.loads(Path(source).read_text()))
Path(target).write_text(json.dumps(definition.to_dict()))
