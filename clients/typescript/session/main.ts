// One session over the whole API with the types of openapi-typescript and the client openapi-fetch.
import { canvas } from "./canvas.js";
import { events } from "./events.js";
import { gates } from "./gates.js";
import { generations } from "./generations.js";
import { personas, providers, templates } from "./resources.js";
import { runs } from "./runs.js";
import { statistics } from "./statistics.js";
import { steps } from "./steps.js";
import { workflows } from "./workflows.js";

const parts = [providers, personas, workflows, steps, canvas, templates, runs, statistics, gates, events, generations];
for (const part of parts) {
  await part();
  console.log(`  ${part.name}: done`);
}
