// A TypeScript SDK server with nothing around its transport, one transport a session: node bare_server.mjs PORT
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.PEERS}/`);
const { McpServer } = require("@modelcontextprotocol/sdk/server/mcp.js");
const { StreamableHTTPServerTransport } = require("@modelcontextprotocol/sdk/server/streamableHttp.js");

const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID });
const server = new McpServer({ name: "bare", version: "1.0.0" });
server.registerTool("greet", {}, async () => ({ content: [{ type: "text", text: "hello" }] }));
await server.connect(transport);
createServer((request, response) => transport.handleRequest(request, response)).listen(Number(process.argv[2]), "127.0.0.1");
