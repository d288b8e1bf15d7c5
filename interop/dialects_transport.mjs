// A server of the TypeScript SDK, of either generation, with nothing around its transports, one for each session, kept in a table: whatever
// is refused, the SDK refuses. What names no session of the table goes to a transport of another session, which says
// so in the SDK's words; there is one that no client has, for the time when all others are closed.
//
//   PEERS=DIRECTORY node dialects_transport.mjs PORT
import { randomUUID } from "node:crypto";
import { createServer, IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.PEERS}/`);
const sdk = () => {
  try {
    return { ...require("@modelcontextprotocol/server"), Transport: require("@modelcontextprotocol/node").NodeStreamableHTTPServerTransport };
  } catch {
    const { StreamableHTTPServerTransport: Transport } = require("@modelcontextprotocol/sdk/server/streamableHttp.js");
    return { ...require("@modelcontextprotocol/sdk/server/mcp.js"), Transport };
  }
};
const { McpServer, Transport } = sdk();

const table = new Map();
const open = async () => {
  const transport = new Transport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: id => void table.set(id, transport),
  });
  const server = new McpServer({ name: "dialect", version: "1.0.0" });
  const greet = server.registerTool ? ["greet", {}] : ["greet"];
  (server.registerTool ?? server.tool).call(server, ...greet, async () => ({ content: [{ type: "text", text: "hello" }] }));
  await server.connect(transport);
  return transport;
};

let spare = await open();
let other;

createServer(async (request, response) => {
  const known = table.get(request.headers["mcp-session-id"]);
  if (known) return known.handleRequest(request, response);
  if (request.method !== "POST") return (other ?? spare).handleRequest(request, response);

  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const again = () => repeat(request, Buffer.concat(chunks));
  if (!Buffer.concat(chunks).includes('"initialize"')) return (other ?? spare).handleRequest(again(), response);

  const transport = spare;
  spare = await open();
  await transport.handleRequest(again(), response);
  if (!transport.sessionId) {
    spare = transport; // it was refused
  } else if (!other) {
    other = await open();
    other.handleRequest(again(), new ServerResponse(again())); // nobody waits for this answer
  }
}).listen(Number(process.argv[2]), "127.0.0.1");

// repeat makes a request that has been read one that can be read again.
function repeat(request, body) {
  const { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor } = request;
  const again = new IncomingMessage(request.socket);
  Object.assign(again, { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor, complete: true });
  again.push(body);
  again.push(null);
  return again;
}
