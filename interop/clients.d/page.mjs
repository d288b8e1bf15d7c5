// The page of all visits, from a directory that interop/clients has filled, on stdout.
//
//   node page.mjs DIR FINDINGS
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { cell, together } from "./cell.mjs";

const [dir, findings] = process.argv.slice(2);
const table = name => readFileSync(`${dir}/${name}`, "utf8").trim().split("\n").map(line => line.split("\t"));
const clients = table("clients");
const scenarios = table("scenarios");
const cells = new Map();
const unsteady = [];
let runs = Infinity;
for (const [scenario, group, list, call] of scenarios)
  for (const [client] of clients) {
    if (!existsSync(`${dir}/${scenario}/${client}`)) continue;
    const each = readdirSync(`${dir}/${scenario}/${client}`).sort();
    runs = Math.min(runs, each.length);
    const all = together(each.map(run => cell(`${dir}/${scenario}/${client}/${run}`, group, { list, call })));
    cells.set(`${scenario} ${client}`, all.text);
    if (!all.steady) unsteady.push(`\`${scenario}\` with ${client}`);
  }

const often = runs === 1 ? "once" : runs === 2 ? "twice" : `${runs} times`;
const row = columns => `| ${columns.join(" | ")} |`;
const groups = [...new Set(scenarios.map(([, group]) => group))];
const page = [];
const say = (...lines) => page.push(...lines);

say("# What real clients do when a server goes wrong", "");
say(`${clients.length === 7 ? "Seven client libraries" : "Client libraries"} meet the [stock scenarios](stock-scenarios.md) that tell them apart.`,
  "This page is made, not written, by", "", "```console", "$ interop/clients -o docs/clients.md", "```", "",
  `which runs each client against each scenario ${often}, more often where that is known to come out in more than one way ([interop/README.md](../interop/README.md)).`, "");
say(row(["client", "what it is"]), row(["---", "---"]), ...clients.map(([name, title]) => row([`\`${name}\``, title])), "");
say("The visit is the same for all: connect, list the tools, call one twice, stay two seconds (longer where loops show),",
  "call once more, close; every request has a timeout of three seconds, and nothing else is set but that `mcp-go` is told",
  "to open the standalone stream. What a library leaves to its caller, the visit does not do: it never connects again.", "");
say("## How a cell is read", "",
  "First the verdict of the mock on what the scenario expects, then what the client's own program saw and what it sent.", "",
  row(["", "means"]), row(["---", "---"]),
  ...[
    ["✓", "the client did what it must and should"],
    ["!", "it did not do what a good client should"],
    ["✗", "it did not do what the specification says it MUST"],
    ["–", "it did not come to what the scenario is about"],
    ["ok", "every step went well"],
    ["error (step)", "that step failed at once; steps that are not named went well"],
    ["hung (step)", "that step failed only when its timeout of three seconds had passed, or a longer one of the client's own"],
    ["slow (step)", "that step went well after as long"],
    ["stuck (step)", "that step was not over after 10 s, whatever its timeout, and the visit ended there"],
    ["crashed (step)", "an error there ended the session, or came up where no caller could catch it"],
    ["wrong (step)", "that step went well, with an answer that is not the server's"],
    ["gave up", "after a failure it sent nothing any more: later calls failed in the client"],
    ["kept the dead session", "it went on showing the id of a session that the server had ended"],
    ["fell back", "it took the server for one from before 2026-07-28, and sent `initialize`"],
    ["re-initialized", "it opened a new session by itself"],
    ["looped", "it sent the same request seven times or more, so often in so many seconds"],
  ].map(row), "",
  "The mark is a judgement of the wire alone, by what the scenario expects. That a program crashed, or was told nothing useful, is in",
  "the words; and where nothing comes that could end a request, to hang until its own timeout is what a good client does.", "");
const has = (scenario, client) => cells.has(`${scenario} ${client}`);
function tables(those) {
  for (const group of those) {
    const its = scenarios.filter(([, other]) => other === group).map(([scenario]) => scenario);
    const met = clients.map(([client]) => client).filter(client => its.some(scenario => has(scenario, client)));
    if (!met.length) continue;
    if (those.length > 1) say(`### ${group}`, "");
    say(row(["scenario", ...met]), row(["---", ...met.map(() => "---")]));
    for (const scenario of its) say(row([`\`${scenario}\``, ...met.map(client => cells.get(`${scenario} ${client}`))]));
    say("");
  }
}
const legacy = groups.filter(group => group !== "modern");
if (legacy.length) {
  say("## What they do", "");
  tables(legacy);
}
if (groups.includes("modern")) {
  say("## What they do with revision 2026-07-28", "",
    "Here the clients are those that speak it, told to find out what the server speaks and to listen to changes of its tools; they",
    "answer a form when they are asked to; that of FastMCP cannot listen. `discover-*` and `version-unsupported-legacy-list` are servers from before it, where to",
    "fall back is right; all others speak it.", "");
  tables(["modern"]);
}
if (unsteady.length)
  say(`Not the same each time, and so told with *or*: ${unsteady.join(", ")}. All else came out alike.`, "");
else if (runs > 1) say("All of this came out alike each time.", "");

// A finding stands on cells, each named in a comment before it with a word that it must have. It is told only where it
// holds; of one that holds no more somebody has to hear.
const told = [];
for (const text of readFileSync(findings, "utf8").split(/^(?=### )/m).slice(1)) {
  const stands = [...text.matchAll(/^<!-- (\S+) (\S+): (.*) -->\n/gm)];
  const here = stands.every(([, scenario, client]) => cells.has(`${scenario} ${client}`));
  const broken = stands.filter(([, scenario, client, words]) => here && !cells.get(`${scenario} ${client}`).includes(words));
  for (const [, scenario, client, words] of broken)
    console.error(`findings.md: ${scenario} with ${client} is "${cells.get(`${scenario} ${client}`)}", not "${words}": mend the finding`);
  if (here && !broken.length) told.push(text.replace(/^<!-- .* -->\n/gm, "").trim(), "");
}
if (told.length) say("## What is surprising", "", ...told);
console.log(page.join("\n").trim());
