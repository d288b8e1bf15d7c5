// The visit of a TypeScript SDK client: visit.mjs has the steps, ../sdk.mjs knows both generations.
//
//   PEERS=DIR MCPMOCK_URL=URL node typescript.mjs PACKAGE
import { sdk } from "../sdk.mjs";
import { step, stay, timeout } from "./visit.mjs";

const { Client, ...its } = sdk(process.argv[2]);
const client = new Client({ name: "visitor", version: "1.0.0" });
client.onerror = () => {}; // what is only whispered there reaches no caller

const forecast = async () => {
  const { content, isError } = await its.call(client, "get_forecast", { city: "Oslo" }, { timeout });
  return (isError ? "isError: " : "") + content?.[0]?.text;
};

if (await step("connect", async () => (await client.connect(its.transport(process.env.MCPMOCK_URL), { timeout }), client.getServerVersion()?.name))) {
  await step("list", async () => `${(await client.listTools(undefined, { timeout })).tools.length} tools`);
  await step("call 1", forecast);
  await step("call 2", forecast);
  await stay();
  await step("call 3", forecast);
}
await step("close", () => client.close());
process.exit(0);
