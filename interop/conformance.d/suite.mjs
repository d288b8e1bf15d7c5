// The conformance suite as a judge: it is run, and what it finds is a map from "SCENARIO CHECK" to the statuses that
// the check had there, in one text, since some checks are made several times.
import { readdirSync, readFileSync } from "node:fs";
import { ending } from "./processes.mjs";

const cache = process.env.CACHE;
const program = "node_modules/@modelcontextprotocol/conformance/dist/index.js";
const conformance = suite => [process.execPath, `${cache}/npm-conformance-${suite}/${program}`];

// Not implemented by any server here; the requirement sets run them and do not score them.
const leftOut = /^tasks-/;

// server EDITION URL DIR: the whole edition in one process.
export async function server({ suite, args }, url, dir) {
  await judged([...conformance(suite), "server", "--url", url, ...args, "-o", dir]);
  return found(dir, "server");
}

// oneByOne EDITION SCENARIOS URL DIR: a process for each scenario, in that order.
export async function oneByOne({ suite, one }, scenarios, url, dir) {
  for (const scenario of scenarios)
    await judged([...conformance(suite), "server", "--url", url, "--scenario", scenario, ...one, "-o", dir]);
  return found(dir, "server");
}

// client EDITION SCENARIO COMMAND DIR: one scenario against a client.
export async function client({ suite, revision }, scenario, command, dir, env) {
  const args = ["--scenario", scenario, "--spec-version", revision, "--timeout", "60000", "-o", dir];
  await judged([...conformance(suite), "client", "--command", command, ...args], env);
}

// Its exit code says whether all went well; what went wrong is in the files that it writes.
async function judged(command, env) {
  const { code, out, err } = await ending(command, { env, timeout: 600_000 });
  if (code !== 0 && code !== 1) throw new Error(`${command.join(" ")}: ended with ${code}: ${(out + err).slice(-2000)}`);
}

// clientScenarios EDITION: their names.
export async function clientScenarios({ suite, revision }) {
  const { out } = await ending([...conformance(suite), "list", "--client", "--spec-version", revision]);
  return [...out.matchAll(/^ +- (\S+)/gm)].map(([, name]) => name);
}

// found DIR KIND: the checks of all scenarios that were run into DIR, in the order in which they were.
export function found(dir, kind) {
  const checks = new Map();
  const entries = readdirSync(dir, { recursive: true })
    .map(entry => [entry, ...(entry.match(/^(.*)-(\d{4}-\d\d-\d\dT[^/]*)\/checks\.json$/)?.slice(1) ?? [])])
    .filter(([, scenario]) => scenario)
    .sort(([, , a], [, , b]) => (a < b ? -1 : 1));
  for (const [entry, scenario] of entries) {
    const name = scenario.replace(`${kind}-`, "");
    if (leftOut.test(name)) continue;
    for (const { id, status } of JSON.parse(readFileSync(`${dir}/${entry}`, "utf8"))) {
      const key = `${name} ${id}`;
      checks.set(key, [...(checks.get(key) ?? []), status].sort());
    }
  }
  return checks;
}

// scenariosOf CHECKS: in the order in which they are found there.
export const scenariosOf = checks => [...new Set([...checks.keys()].map(key => key.split(" ")[0]))];

// counts CHECKS: passed/failed/warned, and of how many scenarios.
export function counts(checks) {
  const all = [...checks.values()].flat();
  const of = status => all.filter(its => its === status).length;
  return { passed: of("SUCCESS"), failed: of("FAILURE"), warned: of("WARNING"), scenarios: scenariosOf(checks).length };
}
