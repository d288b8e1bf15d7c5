// What is done with one edition of the suite, and with one client suite. Each leg is told with the counts of what it
// found, and with how it differs from what it must be equal to.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { client as everythingClient, servers } from "./editions.mjs";
import { differ, differWalks, sort } from "./differences.mjs";
import { ending, mocking, serving } from "./processes.mjs";
import * as suite from "./suite.mjs";

const here = import.meta.dirname;
const MCPMOCK = process.env.MCPMOCK;

// edition EDITION DIR QUICK SAY: the legs of a server suite. say is told each as {leg, counts, known, unknown}.
export async function edition(its, dir, quick, say) {
  const server = servers[its.server];
  const tape = `${dir}/suite.cassette`;
  const tell = (leg, counts, differences) => say({ leg, counts, ...sort(its.name, leg, differences) });

  const direct = await serving(server, url => suite.server(its, url, `${dir}/direct`));
  if (!direct.size) throw new Error(`${its.name}: the suite found nothing`);
  tell("direct", suite.counts(direct), []);

  // What another client sees of the server itself it sees when the suite has been there: some servers change by it.
  const record = ["record", "-o", tape, "--compact", "--upstream"];
  let live;
  const recording = await serving(server, async upstream => {
    const recording = await mocking([...record, upstream], url => suite.server(its, url, `${dir}/recorded`));
    if (!quick) live = await walk(tape, upstream, its.revision);
    return recording;
  });
  tell("recorded", suite.counts(recording.result), [...differ(direct, recording.result), ...ended(recording)]);

  // A server that is not the same each time is on the tape as it was then.
  const recorded = recording.result;
  const forward = await mocking(["replay", tape], url => suite.server(its, url, `${dir}/forward`));
  tell("forward", suite.counts(forward.result), [...differ(recorded, forward.result), ...ended(forward)]);

  const backwards = suite.scenariosOf(recorded).reverse();
  let walked;
  const reverse = await mocking(["replay", tape], async url => {
    const checks = await suite.oneByOne(its, backwards, url, `${dir}/reverse`);
    if (!quick) walked = await walk(tape, url, its.revision);
    return checks;
  });
  tell("reverse", suite.counts(reverse.result), [...differ(recorded, reverse.result), ...ended(reverse)]);

  if (!quick) {
    tell("other client", steps(walked), differWalks(live, walked));
  }
}

// ended RUN: what mcpmock itself has to say against a run: each request without a recorded answer, else an exit code.
function ended({ code, err }) {
  if (code === 0) return [];
  const mismatches = err.split("\n").filter(line => line.startsWith('{"event":"mismatch"')).map(line => JSON.parse(line).text);
  if (code !== 1 || !mismatches.length) return [{ about: "mcpmock", was: "0", is: `${code} ${err.slice(-1500)}` }];
  return mismatches.map(text => text.split("\n")[0]).map(text => ({ about: text.split(":")[0], was: "an answer", is: text }));
}

async function walk(tape, url, revision) {
  const command = [process.execPath, `${here}/walk.mjs`, tape, url, revision];
  const { out, err } = await ending(command, { env: { PEERS: `${process.env.CACHE}/npm` } });
  if (!out) throw new Error(`${command.join(" ")}: told nothing: ${err.slice(-2000)}`);
  return JSON.parse(out);
}
function steps(told) {
  const failed = told.filter(step => step.error).length;
  return { passed: told.length - failed, failed, warned: 0 };
}

// clientSuite REVISION DIR SAY: the same of a client suite. It returns which scenarios were run, and which were not.
export async function clientSuite(its, dir, say) {
  const name = `${its.revision}-client`;
  const tell = (leg, counts, differences) => say({ leg, counts, ...sort(name, leg, differences) });
  const all = await suite.clientScenarios(its);
  const scenarios = all.filter(scenario => !scenario.startsWith("auth/"));

  const run = async (leg, command, env) => {
    mkdirSync(`${dir}/${leg}`, { recursive: true });
    for (const scenario of scenarios) await suite.client(its, scenario, command, `${dir}/${leg}`, env);
    return suite.found(`${dir}/${leg}`, "client");
  };
  const direct = await run("direct", everythingClient);
  if (!direct.size) throw new Error(`${name}: the suite found nothing`);
  tell("direct", suite.counts(direct), []);

  const tapes = `${dir}/tapes`;
  const command = `${process.execPath} ${here}/recorded_client.mjs`;
  const recorded = await run("recorded", command, { MCPMOCK, REAL_CLIENT: everythingClient, TAPES: tapes });
  tell("recorded", suite.counts(recorded), differ(direct, recorded));

  // The suite judges clients by what its server hears, so on a tape the client can only be asked whether all went well.
  const replayed = { passed: 0, failed: 0, warned: 0 };
  const differences = [];
  for (const scenario of scenarios) {
    if (!existsSync(`${tapes}/${scenario}.cassette`)) continue;
    const env = JSON.parse(readFileSync(`${tapes}/${scenario}.json`, "utf8"));
    const played = await mocking(["replay", `${tapes}/${scenario}.cassette`], url => ending([everythingClient, url], { env }));
    const { code, err } = played.result;
    const its = [...(code === 0 ? [] : [{ about: "exit", was: "0", is: `${code} ${err}` }]), ...ended(played)];
    replayed[its.length ? "failed" : "passed"]++;
    differences.push(...its.map(difference => ({ ...difference, about: `${scenario} ${difference.about}` })));
  }
  tell("its own tape", replayed, differences);
  return { scenarios, leftOut: all.filter(scenario => !scenarios.includes(scenario)) };
}
