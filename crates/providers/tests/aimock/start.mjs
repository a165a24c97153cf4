// Starts aimock on a free loopback port, prints its URL, and ends when stdin closes: a test run that dies takes it along.
import { fileURLToPath } from "node:url";
import { LLMock } from "@copilotkit/aimock";
import { designs } from "./designs.mjs";

const mock = new LLMock({ host: "127.0.0.1", port: 0, journalMaxEntries: 0 });
mock.addFixturesFromJSON(designs);
mock.loadFixtureFile(fileURLToPath(new URL("fixtures.json", import.meta.url)));
console.log(await mock.start());
process.stdin.resume().on("close", () => process.exit(0));
