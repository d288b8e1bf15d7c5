// The client that the suite starts, and between the two mcpmock's recorder. The last argument is the server's URL, and
// the client is started with the recorder's; its exit code is passed on.
//
//   MCPMOCK=FILE REAL_CLIENT=FILE TAPES=DIR node recorded_client.mjs URL
//
// The tape is DIR/SCENARIO.cassette, and beside it, with .json, are the variables that the suite has set for the client.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { mocking } from "./processes.mjs";

const { REAL_CLIENT, TAPES, MCP_CONFORMANCE_SCENARIO: scenario } = process.env;
const upstream = process.argv.at(-1);
const tape = `${TAPES}/${scenario}.cassette`;
mkdirSync(dirname(tape), { recursive: true });
const its = Object.entries(process.env).filter(([name]) => name.startsWith("MCP_CONFORMANCE_"));
writeFileSync(`${TAPES}/${scenario}.json`, JSON.stringify(Object.fromEntries(its)));

const { result, code, err } = await mocking(["record", "-o", tape, "--upstream", upstream], url =>
  new Promise((resolve, reject) => spawn(REAL_CLIENT, [url], { stdio: "inherit" }).on("error", reject).on("exit", resolve)),
);
if (code !== 0) process.stderr.write(`mcpmock record ended with ${code}: ${err}\n`);
process.exit(result || code);
