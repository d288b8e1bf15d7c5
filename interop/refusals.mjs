// Asks a server what no client should ask, and tells on stdout how it refuses: the status, the headers in order of
// their names, the body. Two servers of one dialect are told alike.
//
//   node refusals.mjs URL
//
// Left out are what no two answers have alike (the date, minted ids), the headers of one connection only, the length,
// which the body tells, and what a JSON parser has to say. Of what is served, not refused, only the status is told.
import { request } from "node:http";

const url = process.argv[2];
const json = { "Content-Type": "application/json" };
const both = { Accept: "application/json, text/event-stream" };
const stream = { Accept: "text/event-stream" };
const usual = { ...json, ...both };
const session = id => ({ "Mcp-Session-Id": id });
const call = (method, params, id = 1) => JSON.stringify({ jsonrpc: "2.0", id, method, params });
const ping = call("ping");
const initialize = call("initialize", {
  protocolVersion: "2025-03-26",
  capabilities: {},
  clientInfo: { name: "interop", version: "1.0.0" },
});
const initialized = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" });

// ask resolves as soon as the request is refused in full, or served at all; a stream stays open until the end.
const ask = (method, headers, body) =>
  new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: false, timeout: 60_000 }, answer => {
      const { statusCode: status, headers } = answer;
      if (status < 300) answer.resume(), resolve({ status, headers });
      const chunks = [];
      answer.on("data", chunk => chunks.push(chunk));
      answer.on("end", () => resolve({ status, headers, body: Buffer.concat(chunks).toString() }));
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer for a minute"))).on("error", reject);
    asked.end(body);
  });

const parser = /("server-error".*(?:Parse|Validation) error: |malformed payload: ).*/s; // Python, Go
const untold = new Set(["connection", "content-length", "date", "keep-alive", "transfer-encoding"]);

async function probe(title, method, headers, body) {
  console.log(`\n${title}: ${method}`);
  try {
    const answer = await ask(method, headers, body);
    console.log(`  ${answer.status}`);
    if (answer.body === undefined) return answer;
    for (const name of Object.keys(answer.headers).filter(name => !untold.has(name)).sort())
      console.log(`  ${name}: ${name === "mcp-session-id" ? "ID" : answer.headers[name]}`);
    console.log(`  ${JSON.stringify(answer.body.replace(parser, "$1..."))}`);
  } catch (error) {
    console.log(`  ${error.message}`);
  }
}

// Without a session, or with one that nobody knows.
await probe("the wrong session header", "POST", { ...usual, "X-Session-ID": "test" }, call("tools/list"));
await probe("an unknown session", "POST", { ...usual, ...session("nope") }, ping);
await probe("an unknown session", "GET", { ...stream, ...session("nope") });
await probe("an unknown session", "DELETE", session("nope"));
await probe("no session", "GET", stream);
await probe("no session", "DELETE", {});
await probe("no such HTTP method", "PUT", usual, ping);
await probe("no such HTTP method", "OPTIONS", {});
await probe("accepts JSON only", "POST", { ...json, Accept: "application/json" }, initialize);
await probe("accepts anything", "POST", { ...json, Accept: "*/*" }, initialize);
await probe("accepts nothing", "POST", json, initialize);
await probe("accepts no stream", "GET", { Accept: "application/json" });
await probe("plain text", "POST", { ...both, "Content-Type": "text/plain" }, initialize);
await probe("no content type", "POST", both, initialize);
await probe("not JSON", "POST", usual, "not json");
await probe("no body", "POST", usual, "");
await probe("not JSON-RPC", "POST", usual, '{"jsonrpc":"1.0","id":1,"method":"ping"}');
await probe("all of it wrong", "POST", { Accept: "*/*", "Content-Type": "text/plain", ...session("nope") }, "not json");

// In a session.
const answer = await probe("a good start", "POST", usual, initialize);
const mine = session(answer?.headers["mcp-session-id"] ?? "none");
await probe("initialized", "POST", { ...usual, ...mine }, initialized);
await probe("ping", "POST", { ...usual, ...mine }, ping);
await probe("no session while there is one", "POST", usual, ping);
await probe("another session while there is one", "POST", { ...usual, ...session("nope") }, ping);
await probe("initialized once more", "POST", { ...usual, ...mine }, initialized);
await probe("an unknown version", "POST", { ...usual, ...mine, "MCP-Protocol-Version": "1999-01-01" }, ping);
await probe("an unknown version", "GET", { ...stream, ...mine, "MCP-Protocol-Version": "1999-01-01" });
await probe("not JSON", "POST", { ...usual, ...mine }, "not json");
await probe("accepts no stream", "GET", { Accept: "application/json", ...mine });
await probe("the stream", "GET", { ...stream, ...mine });
await probe("a second stream", "GET", { ...stream, ...mine });
await probe("no such HTTP method", "PUT", { ...usual, ...mine }, ping);
await probe("the end", "DELETE", mine);
await probe("after the end", "POST", { ...usual, ...mine }, ping);
await probe("after the end", "GET", { ...stream, ...mine });
await probe("after the end", "DELETE", mine);
process.exit(0);
