// The server that most of those deployed are: the TypeScript SDK behind express, with a table of transports by session
// id, as the SDK's example has had it for long.
//
//   NODE_ENV=production PEERS=DIRECTORY node dialects_template.mjs PORT
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.PEERS}/`);
const express = require("express");
const { McpServer } = require("@modelcontextprotocol/sdk/server/mcp.js");
const { StreamableHTTPServerTransport } = require("@modelcontextprotocol/sdk/server/streamableHttp.js");
const { isInitializeRequest } = require("@modelcontextprotocol/sdk/types.js");

const table = {};
const idOf = request => request.headers["mcp-session-id"];

const open = async () => {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: id => void (table[id] = transport),
  });
  transport.onclose = () => delete table[transport.sessionId];
  const server = new McpServer({ name: "dialect", version: "1.0.0" });
  server.registerTool("greet", {}, async () => ({ content: [{ type: "text", text: "hello" }] }));
  await server.connect(transport);
  return transport;
};

const app = express();
app.use(express.json());

app.post("/mcp", async (request, response) => {
  const id = idOf(request);
  if (id && table[id]) return table[id].handleRequest(request, response, request.body);
  if (!id && isInitializeRequest(request.body)) return (await open()).handleRequest(request, response, request.body);
  const error = { code: -32000, message: "Bad Request: No valid session ID provided" };
  response.status(400).json({ jsonrpc: "2.0", error, id: null });
});

const inSession = async (request, response) => {
  const transport = table[idOf(request)];
  if (!transport) return response.status(400).send("Invalid or missing session ID");
  await transport.handleRequest(request, response);
};
app.get("/mcp", inSession);
app.delete("/mcp", inSession);

app.listen(Number(process.argv[2]), "127.0.0.1");
