// The page of a run, as Markdown. Nothing in it depends on the day or on the machine.
import { servers } from "./editions.mjs";

const row = cells => `| ${cells.join(" | ")} |`;
const table = (head, rows) => [row(head), row(head.map(() => "---")), ...rows.map(row), ""];
// What only chance makes differ is not told: the page is the same each time.
const steady = known => known.filter(({ sometimes }) => !sometimes);
function told({ counts: { passed, failed, warned }, known }) {
  const differences = steady(known).length;
  return `${passed}/${failed}/${warned}${differences ? ` (${differences})` : ""}`;
}
// What stands in a cell of a table, or in code.
const code = text => `\`${text.length > 120 ? `${text.slice(0, 117)}...` : text}\``.replaceAll("|", "\\|");

const legs = {
  direct: "the suite asks the server itself",
  recorded: "the suite asks it through `mcpmock record`; must be equal to *direct*",
  forward: "the suite asks `mcpmock replay`, which plays that tape; must be equal to *recorded*",
  reverse:
    "it asks again, each scenario in a process of its own and the last one first, all of one replay: nothing comes in the order of the tape; must be equal to *recorded*",
  "other client":
    "@modelcontextprotocol/client 2.4.0 asks the same replay for all that is on the tape and got a result, and answers questions as the tape has it; steps that went well, and those that did not. All it gets, hears and is asked must be as it is from the server itself",
};

const what = ({ args, suite }, { counts }) =>
  `${args[0] === "--requirements" ? "`--requirements`" : "`--suite all`"}, ${counts.scenarios} scenarios, ${suite}`;

function revision(name, runs) {
  const its = runs.filter(({ kind, its }) => kind === "server" && its.revision === name);
  const client = runs.find(({ kind, its }) => kind === "client" && its.revision === name);
  const lines = [`## ${name}`, ""];
  if (its.length)
    lines.push(
      ...table(
        ["scenarios", "server", ...Object.keys(legs)],
        its.map(({ its, legs: found }) => [what(its, found[0]), servers[its.server].short, ...found.map(told)]),
      ),
    );
  if (client)
    lines.push(
      `Clients: ${client.scenarios.length} scenarios of the client suite (${client.scenarios.map(code).join(", ")}), everything-client of go-sdk 1.8.0.`,
      "",
      ...table(client.legs.map(({ leg }) => leg), [client.legs.map(told)]),
    );
  return lines;
}

function differences(runs) {
  const rows = runs.flatMap(run =>
    run.legs.flatMap(({ leg, known }) =>
      steady(known).map(({ about, was, is, besides, reason }) => ({
        key: reason,
        where: `${run.its.revision}, ${servers[run.its.server]?.short ?? "client"}: ${leg}`,
        about,
        met: besides ? "what the reason names" : `${code(was)}, now ${code(is)}`,
        reason,
      })),
    ),
  );
  const together = new Map();
  for (const { key, about, where, ...its } of rows) {
    const all = together.get(key) ?? { about: new Set(), where: new Set(), ...its };
    all.about.add(code(about));
    all.where.add(where);
    together.set(key, all);
  }
  return [...together.values()].map(({ about, where, met, reason }) => [[...about].join(", "), [...where].join("; "), met, reason]);
}

export function page(runs) {
  const revisions = [...new Set(runs.map(({ its }) => its.revision))].sort();
  const leftOut = [...new Set(runs.flatMap(({ leftOut = [] }) => leftOut))].sort();
  const used = [...new Set(runs.map(({ its }) => its.server).filter(Boolean))];
  return [
    "# The official conformance suite, recorded and played",
    "",
    "`@modelcontextprotocol/conformance` judges servers and clients scenario by scenario. A mock that plays a tape of a",
    "server must be judged as that server is, and a recorder must not show. This page is made, not written, by",
    "",
    "```console",
    "$ interop/conformance -o docs/conformance.md",
    "```",
    "",
    "which fails where something differs that is not in the [list](#differences) below. In each cell: checks",
    "passed/failed/warned, and in brackets how many differences there are, all of them known. Equal is more than the same figures:",
    "each check of each scenario has the same status, and no request was without a recorded answer.",
    "[interop/README.md](../interop/README.md#the-official-suite) says how it is run, and how to run a part of it.",
    "",
    ...table(["leg", ""], Object.entries(legs)),
    ...table(["server", ""], used.map(name => [servers[name].short, servers[name].title])),
    "Two of the servers do not pass the suite. That is what they are here for: a failure must be played as the same failure,",
    "but for the rules that mcpmock enforces by itself.",
    "",
    ...revisions.flatMap(name => revision(name, runs)),
    "In a client suite the suite is the server, and a wrapper puts `mcpmock record` between the two: *recorded* must be equal",
    "to *direct*. On *its own tape* the client then meets `mcpmock replay`, and must end as well as it did; here a figure is a scenario.",
    "",
    "## Differences",
    "",
    ...table(["check or step", "where", "what differs", "reason"], differences(runs)),
    "## What is left out",
    "",
    "* `tasks-*`, which the requirement set of 2026-07-28 runs and does not score: none of the servers has that extension.",
    "* What becomes of the progress notifications that mcp-go loses at random.",
    "* Scenarios of extensions that `--suite all` does not run at a revision (`sep-2640-*`).",
    `* Client scenarios of authorization, which name the URL of the server in their metadata, so that a client refuses any proxy: ${leftOut.map(code).join(", ")}.`,
    "* The suite itself has no scenario for stdio, for HTTP+SSE, or for 2024-11-05: [interop](../interop/README.md) has other judges for these.",
    "",
  ].join("\n");
}
