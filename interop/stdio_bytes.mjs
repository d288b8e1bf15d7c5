// A raw client on stdio, which keeps every byte: what it sends in OUT.to, what it gets in OUT.from, what stands on
// stderr in OUT.err, and how the server ended in OUT.code.
//
//   node stdio_bytes.mjs OUT TOUR COMMAND
//
// COMMAND is for a shell. The client asks one thing after the other, answers what it is asked, and closes its end. It
// says some things that no client should, for they must come through, too.
import { spawn } from "node:child_process";
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";

const [out, name, command] = process.argv.slice(2);

let id = 0;
const request = (method, params) => ({ jsonrpc: "2.0", id: id++, method, params });
const call = (tool, args = {}) => request("tools/call", { name: tool, arguments: args });
const begin = [
  request("initialize", { protocolVersion: "2025-11-25", capabilities: { roots: {} }, clientInfo: { name: "bytes", version: "1.0.0" } }),
  { jsonrpc: "2.0", method: "notifications/initialized" },
  request("tools/list", {}),
];
const tours = {
  everything: () => [
    call("echo", { message: "hello, t\u00e4pe \ud83c\udf9e \u2028" }),
    call("get-sum", { a: 19, b: 23 }),
    call("get-annotated-message", { messageType: "error", includeImage: true }),
    request("prompts/list", {}),
    request("resources/read", { uri: "demo://resource/none" }),
    call("no-such-tool"),
  ],
  filesystem: () => [
    call("list_allowed_directories"),
    call("list_directory", { path: process.env.FILES }),
    call("read_text_file", { path: `${process.env.FILES}/long.txt` }),
    call("edit_file", { path: `${process.env.FILES}/short.txt`, edits: [{ oldText: "a", newText: "b" }], dryRun: true }),
    call("read_text_file", { path: "/none" }),
  ],
  memory: () => [
    call("create_entities", { entities: [{ name: "tape", entityType: "thing", observations: ["it is \"long\""] }] }),
    call("add_observations", { observations: [{ entityName: "tape", contents: ["and thin"] }] }),
    call("read_graph"),
    call("search_nodes", { query: "thin" }),
    call("open_nodes", { names: ["none"] }),
  ],
};

const server = spawn("sh", ["-c", command], { stdio: "pipe" });
const files = Object.fromEntries(["to", "from", "err"].map(end => [end, openSync(`${out}.${end}`, "w")]));
const say = bytes => (writeSync(files.to, bytes), server.stdin.write(bytes));
const answers = new Map(); // id -> whoever waits for it
let rest = "";

server.stderr.on("data", chunk => writeSync(files.err, chunk));
server.stdout.on("data", chunk => {
  writeSync(files.from, chunk);
  const lines = (rest + chunk.toString("latin1")).split("\n");
  rest = lines.pop();
  for (const line of lines) {
    const message = JSON.parse(Buffer.from(line, "latin1"));
    if (message.method === undefined) answers.get(message.id)?.();
    else if (message.method === "roots/list")
      say(`${JSON.stringify({ jsonrpc: "2.0", id: message.id, result: { roots: process.env.FILES ? [{ uri: `file://${process.env.FILES}` }] : [] } })}\n`);
  }
});
const ended = new Promise(resolve => server.on("close", (code, signal) => resolve(code ?? signal)));
const late = setTimeout(() => process.exit(1), 240_000);

const pause = () => new Promise(resolve => setTimeout(resolve, 700));
for (const message of begin.concat(tours[name]())) {
  const answered = message.id === undefined ? pause() : new Promise(resolve => answers.set(message.id, resolve));
  say(`${JSON.stringify(message)}\n`);
  await answered; // and what follows initialized by itself comes before the next request
}
for (const odd of ["\n", `${JSON.stringify(request("ping"))}\r\n`, "no JSON\n", `[${JSON.stringify(request("ping"))}]\n`, "half a l"]) say(odd);
await pause();
server.stdin.end();
writeFileSync(`${out}.code`, `${await ended}\n`);
clearTimeout(late);
Object.values(files).forEach(closeSync);
