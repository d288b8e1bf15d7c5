// server-everything over Streamable HTTP with answers in plain JSON, for which it has no switch:
//   node everything_json.mjs PORT
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { setTimeout as passed } from "node:timers/promises";

const require = createRequire(`${process.env.PEERS}/`);
const { StreamableHTTPServerTransport } = require("@modelcontextprotocol/sdk/server/streamableHttp.js");
const { createServer: everything } = await import(
  `${process.env.PEERS}/node_modules/@modelcontextprotocol/server-everything/dist/server/index.js`
);

// A JSON answer has no room for what is said during a call, and the SDK drops that. Here it goes on the standalone
// stream, and the answer follows when it has surely arrived there: the two connections race.
class JSONTransport extends StreamableHTTPServerTransport {
  async send(message, options) {
    if (message.method) return super.send(message);
    await passed(20);
    return super.send(message, options);
  }
}

const sessions = new Map();
async function open() {
  const { server, cleanup } = everything();
  const transport = new JSONTransport({
    enableJsonResponse: true,
    sessionIdGenerator: randomUUID,
    onsessioninitialized: id => sessions.set(id, transport),
  });
  server.server.onclose = () => sessions.delete(transport.sessionId) && cleanup(transport.sessionId);
  await server.connect(transport);
  return transport;
}

createServer(async (request, response) => {
  const id = request.headers["mcp-session-id"];
  const transport = id ? sessions.get(id) : await open();
  if (transport) await transport.handleRequest(request, response);
  else response.writeHead(404).end();
}).listen(Number(process.argv[2]), "127.0.0.1");
