// One session over the whole API with the types of openapi-typescript and the client openapi-fetch.
import { canvas } from "./canvas.js";
import { events } from "./events.js";
import { gates } from "./gates.js";
import { personas, providers, templates } from "./resources.js";
import { runs } from "./runs.js";
import { workflows } from "./workflows.js";

for (const part of [providers, personas, workflows, canvas, templates, runs, gates, events]) {
  await part();
  console.log(`  ${part.name}: done`);
}
