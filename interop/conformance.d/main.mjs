// Runs all that interop/conformance is asked for, tells of each leg as it ends, and writes the page.
//
//   MCPMOCK=FILE CACHE=DIR node main.mjs DIR [--quick] [-j N] [-o FILE] [NAME]...
import { mkdirSync, writeFileSync } from "node:fs";
import { clientRevisions, editions } from "./editions.mjs";
import { clientSuite, edition } from "./legs.mjs";
import { unmet } from "./differences.mjs";
import { page } from "./page.mjs";

const [work, ...flags] = process.argv.slice(2);
let jobs = 3, out, quick = false;
const names = [];
while (flags.length) {
  const flag = flags.shift();
  if (flag === "--quick") quick = true;
  else if (flag === "-j") jobs = Number(flags.shift());
  else if (flag === "-o") out = flags.shift();
  else names.push(flag);
}

const runs = [
  ...editions.map(its => ({ name: its.name, its, quick: its.quick, kind: "server" })),
  ...clientRevisions.map(its => ({ name: `${its.revision}-client`, its, kind: "client" })),
];
const chosen = runs.filter(({ name, quick: its }) => (names.length ? names.includes(name) : !quick || its));
const unknown = names.filter(name => !runs.some(run => run.name === name));
if (unknown.length) {
  console.error(`there is no ${unknown.join(", ")}; there are: ${runs.map(({ name }) => name).join(" ")}`);
  process.exit(2);
}

const most = 10; // differences of a leg
let passed = 0, failed = 0;
const say = ({ name, legs }, its) => {
  const { leg, counts, known, unknown } = its;
  legs.push(its);
  if (unknown.length) writeFileSync(`${work}/${name}/${leg.replaceAll(" ", "-")}.differences`, JSON.stringify(unknown, null, 1));
  const all = `${counts.passed}/${counts.failed}/${counts.warned}`;
  if (unknown.length) failed++;
  else passed++;
  const besides = known.length ? `, ${known.length} known to differ` : "";
  console.log(`${unknown.length ? "FAIL" : "ok  "} ${name} ${leg}: ${all}${besides}`);
  for (const { about, was, is } of unknown.slice(0, most)) {
    console.log(`     ${about}`);
    for (const [label, text] of [["expected", was], ["got     ", is]])
      console.log(`       ${label} ${text.slice(0, 500).replaceAll("\n", "\n                ")}`);
  }
  if (unknown.length > most) console.log(`     and ${unknown.length - most} more`);
};

async function perform(run) {
  const dir = `${work}/${run.name}`;
  mkdirSync(dir, { recursive: true });
  run.legs = [];
  try {
    if (run.kind === "server") await edition(run.its, dir, quick, leg => say(run, leg));
    else Object.assign(run, await clientSuite(run.its, dir, leg => say(run, leg)));
  } catch (error) {
    failed++;
    console.log(`FAIL ${run.name}: broke off\n     ${error.stack}`);
  }
}

const waiting = [...chosen];
await Promise.all(Array.from({ length: jobs }, async () => {
  while (waiting.length) await perform(waiting.shift());
}));

if (chosen.length === runs.length) for (const difference of unmet()) console.log(`not met any more: ${difference}`);
if (out && failed) console.log("the page is not written");
else if (out) writeFileSync(out, page(chosen));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
