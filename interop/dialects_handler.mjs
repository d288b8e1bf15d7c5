// The handler of the TypeScript SDK's second generation, which serves each request on its own: clients of the older
// revisions without sessions.
//
//   PEERS=DIRECTORY node dialects_handler.mjs PORT
import { createServer } from "node:http";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.PEERS}/`);
const { createMcpHandler, McpServer } = require("@modelcontextprotocol/server");
const { toNodeHandler } = require("@modelcontextprotocol/node");

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: "dialect", version: "1.0.0" });
  server.registerTool("greet", {}, async () => ({ content: [{ type: "text", text: "hello" }] }));
  return server;
});
createServer(toNodeHandler(handler)).listen(Number(process.argv[2]), "127.0.0.1");
