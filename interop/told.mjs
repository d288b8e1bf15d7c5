// What a client tells on stdin (JSON, one text or several), without that in which a tape may differ from the server.
//
//   node told.mjs [--crossed]
//
// Always: the ids of elicitations, empty params, and the order of changes heard of at once, which may come on streams
// of their own. --crossed is for a client of one era and a tape of the other; docs/eras.md has what and why.
import { readFileSync } from "node:fs";

const crossed = process.argv.includes("--crossed");
const gone = new Set(["elicitationId", ...(crossed ? ["cacheScope", "ttlMs"] : [])]);
const isChange = ({ method }) => /(_changed|\/updated)$/.test(method);
const told = ({ method }) => !crossed || method !== "notifications/elicitation/complete";
const byMethod = (a, b) => (a.method < b.method ? -1 : a.method > b.method ? 1 : 0);

// A step hears changes last.
const inOrder = heard => [...heard.filter(m => !isChange(m)), ...heard.filter(isChange).sort(byMethod)];

function plain(value, name) {
  if (Array.isArray(value)) return (name === "heard" ? inOrder(value.filter(told)) : value).map(v => plain(v));
  if (crossed && name === "code" && value === -32002) return -32602;
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).filter(([name]) => !gone.has(name)).map(([name, v]) => [name, plain(v, name)]);
  return Object.fromEntries(members.filter(([name, v]) => !(name === "heard" && !v.length) && !(name === "params" && !Object.keys(v).length)));
}

const text = readFileSync(0, "utf8");
let texts;
try {
  texts = text.split(/(?<=^[\]}])\n/m).filter(one => one.trim()).map(one => JSON.parse(one));
} catch {
  texts = [text]; // it told of trouble, in words
}
for (const one of texts) console.log(JSON.stringify(plain(one), null, 1));
