// Both generations of the TypeScript SDK, told apart by the name of the package: its Client, and its transports to a
// place. A place is a URL, of HTTP+SSE if its path ends in /sse, else of Streamable HTTP; or a command after "stdio:",
// as a shell reads it. The package is found in PEERS/node_modules.
import { createRequire } from "node:module";

export function sdk(name) {
  const require = createRequire(`${process.env.PEERS}/`);
  const first = name === "@modelcontextprotocol/sdk";
  const parts = first ? ["client/index.js", "client/streamableHttp.js", "client/sse.js", "client/stdio.js", "types.js"] : [".", "stdio"];
  const all = Object.assign({}, ...parts.map(part => require(part === "." ? name : `${name}/${part}`)));

  function transport(place) {
    const [, command] = place.match(/^stdio:(.*)/s) ?? [];
    if (command) return new all.StdioClientTransport({ command: "bash", args: ["-c", command] });
    const url = new URL(place);
    return url.pathname.endsWith("/sse") ? new all.SSEClientTransport(url) : new all.StreamableHTTPClientTransport(url);
  }

  // The first generation names a request by its schema, the second by its method.
  const asked = ["CreateMessageRequestSchema", "ElicitRequestSchema", "ListRootsRequestSchema"];
  const request = method => (first ? asked.map(s => all[s]).find(s => s.shape.method.value === method) : method);

  // It also wants to know how a tool's result looks.
  const call = (client, name, args, options) =>
    client.callTool({ name, arguments: args }, ...(first ? [undefined] : []), options);

  return { Client: all.Client, transport, request, call };
}
