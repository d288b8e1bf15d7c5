// The visit of a TypeScript SDK client: visit.mjs has the steps, ../sdk.mjs knows both generations.
//
//   PEERS=DIR MCPMOCK_URL=URL node typescript.mjs PACKAGE
import { sdk } from "../sdk.mjs";
import { call, modern, step, stay, timeout } from "./visit.mjs";

const { Client, ...its } = sdk(process.argv[2]);
const options = { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: "auto" } };
const client = new Client({ name: "visitor", version: "1.0.0" }, modern ? options : undefined);
if (modern) client.setRequestHandler("elicitation/create", async () => ({ action: "accept", content: { day: "Monday" } }));
client.onerror = () => {}; // what is only whispered there reaches no caller

const forecast = async () => {
  const { content, isError } = await its.call(client, call.name, call.arguments, { timeout });
  return (isError ? "isError: " : "") + content?.[0]?.text;
};

if (await step("connect", async () => (await client.connect(its.transport(process.env.MCPMOCK_URL), { timeout }), client.getServerVersion()?.name))) {
  await step("list", async () => `${(await client.listTools(undefined, { timeout })).tools.length} tools`);
  if (modern && client.getProtocolEra() === "modern")
    await step("listen", async () => (await client.listen({ toolsListChanged: true }, { timeout })) && "done");
  await step("call 1", forecast);
  await step("call 2", forecast);
  await stay();
  await step("call 3", forecast);
}
await step("close", () => client.close());
process.exit(0);
