// A short visit, for a tape: what the probes of the dialects legs are served, is on it. Sessions are used where the
// server opens one.
//
//   node dialects_visit.mjs URL
const url = process.argv[2];
const usual = { "Content-Type": "application/json", Accept: "application/json, text/event-stream" };
let session = {};

// ask sends a request and waits for the end of its answer.
async function ask(method, headers, body) {
  const answer = await fetch(url, { method, headers: { ...headers, ...session }, body });
  await answer.text();
  return answer;
}
const post = message => ask("POST", usual, JSON.stringify({ jsonrpc: "2.0", ...message }));

const capabilities = {};
const clientInfo = { name: "interop", version: "1.0.0" };
const answer = await post({ id: 1, method: "initialize", params: { protocolVersion: "2025-11-25", capabilities, clientInfo } });
const id = answer.headers.get("mcp-session-id");
if (id) session = { "Mcp-Session-Id": id };

await post({ method: "notifications/initialized" });
await post({ id: 2, method: "ping" });
await post({ id: 3, method: "tools/list" });
await post({ id: 4, method: "tools/call", params: { name: "greet", arguments: {} } });
await post({ id: 5, method: "tools/call", params: { name: "mcpmock-no-such-tool", arguments: {} } });
await post({ id: 6, method: "tools/call", params: {} });
await post({ id: 7, method: "tools/list", params: { cursor: "no-such-cursor" } });
if (id) {
  const stop = new AbortController();
  const stream = await fetch(url, { headers: { Accept: "text/event-stream", ...session }, signal: stop.signal });
  stop.abort();
  await stream.text().catch(() => {});
  await ask("DELETE", {});
}
