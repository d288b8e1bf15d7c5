// What one visit came to, in words that follow from three things: the lines of the client, the verdicts of the mock,
// and what went over the wire.
import { readFileSync } from "node:fs";

const timeout = 3000;
const lines = file => readFileSync(file, "utf8").trim().split("\n").filter(Boolean).map(line => JSON.parse(line));

// mark is the worst that the verdicts say.
function mark(verdicts) {
  const results = level => verdicts.filter(v => v.level === level).map(v => v.result);
  if (results("must").includes("fail")) return "✗";
  if (results("should").includes("fail")) return "!";
  return [...results("must"), ...results("should")].includes("pass") ? "✓" : "–";
}

// howWent is the word for a step.
function howWent({ step, ms, ok, error, crash, bound }, expected) {
  if (bound) return "stuck";
  if (crash !== undefined) return "crashed";
  if (error !== undefined || ok.startsWith("isError")) return ms >= 0.9 * timeout ? "hung" : "error";
  if (ok !== (expected[step.split(" ")[0]] ?? ok)) return "wrong";
  return ms >= timeout - 20 ? "slow" : "ok"; // no sooner, so that a busy machine is not told of
}

// steps names those that went alike: all calls, calls 2 and 3, list.
function steps(names) {
  const calls = names.filter(name => name.startsWith("call")).map(name => name.slice(5));
  const others = names.filter(name => !name.startsWith("call"));
  if (calls.length) others.push(calls.length === 3 ? "all calls" : `${calls.length === 1 ? "call" : "calls"} ${calls.join(" and ")}`);
  return others.join(", ");
}

// loops are the requests of which more came than six.
function loops(wire) {
  const asked = new Map();
  for (const { milliseconds, http, method = "" } of wire) {
    const what = method || http?.split(" ")[0];
    if (what) asked.set(what, [...(asked.get(what) ?? []), milliseconds]);
  }
  return [...asked].filter(([, at]) => at.length > 6)
    .map(([what, at]) => ({ what, n: at.length, seconds: Math.round((at.at(-1) - at[0]) / 1000) }));
}

// cell is of a visit that left its files in dir, to a mock of the group, at which the steps are expected to tell that.
export function cell(dir, group, expected) {
  const told = lines(`${dir}/lines`);
  const wire = lines(`${dir}/timeline`).filter(({ from, http, method, kind }) => from === "client" && (http || method) && kind !== "end");
  const { verdicts } = JSON.parse(readFileSync(`${dir}/report`, "utf8"));
  const went = told.map(line => [line.step, howWent(line, expected)]);
  const words = [];

  const first = wire.findIndex(({ method = "" }) => method.startsWith("tools/"));
  const begins = ({ method }) => method === "initialize";
  if (group === "modern" && wire.some(begins)) words.push("fell back");
  else if (first >= 0 && wire.slice(first).some(begins)) words.push("re-initialized");
  for (const word of new Set(went.map(([, w]) => w).filter(w => w !== "ok"))) {
    const names = went.filter(([, w]) => w === word).map(([name]) => name);
    words.push(`${word} (${steps([...new Set(names)])})`);
  }
  const tried = told.filter(({ step }) => step.startsWith("call")).length;
  if (tried > wire.filter(({ method }) => method === "tools/call").length && went.some(([, w]) => w !== "ok")) words.push("gave up");
  if (verdicts.some(({ evidence }) => evidence.startsWith("kept the dead session"))) words.push("kept the dead session");
  if (went.every(([, w]) => w === "ok")) words.push("ok");
  return { mark: mark(verdicts), words, loops: loops(wire) };
}

// together is what several visits came to: where they differ, each with the rest; without the steps where that would be
// more than two.
export function together(cells) {
  const tell = brief => cells.map(({ mark, words }) => `${mark} ${(brief ? words.map(w => w.replace(/ \(.*/, "")) : words).join(", ")}`);
  const steady = new Set(tell(false)).size === 1;
  const said = tell(new Set(tell(false)).size > 2);
  const texts = [...new Set(said)].sort().map(text => text + looped(cells.filter((_, i) => said[i] === text)));
  return { text: texts.join(" *or* "), steady };
}

// looped says how often what was asked in a loop was asked, as a range where visits differ.
function looped(cells) {
  const whats = new Set(cells.flatMap(({ loops }) => loops.map(({ what }) => what)));
  return [...whats].map(what => {
    const its = cells.flatMap(({ loops }) => loops.filter(loop => loop.what === what));
    const range = of => [...new Set([Math.min(...its.map(of)), Math.max(...its.map(of))])].join("–");
    return `, looped (${range(({ n }) => n)} × ${what} in ${range(({ seconds }) => seconds)} s)`;
  }).join("");
}
