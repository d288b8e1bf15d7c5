// Tells on stdout what callers hear of the progress of their calls: of 50 calls one after the other, then of 10 at
// once. Both generations of the SDK drop a progress notification that they read together with the result.
//
//   PEERS=DIR node progress.mjs PACKAGE PLACE
import { sdk } from "./sdk.mjs";

const [generation, place] = process.argv.slice(2);
const { Client, ...its } = sdk(generation);
const client = new Client({ name: "interop", version: "1.0.0" });
await client.connect(its.transport(place));

// Each call is another one, so that progress which went to the wrong caller would show.
async function call(number) {
  const heard = [];
  const args = { duration: number / 10_000, steps: 3 + (number % 3) };
  const { content } = await its.call(client, "trigger-long-running-operation", args, {
    onprogress: ({ progress, total }) => heard.push(`${progress}/${total}`),
  });
  return `${content[0].text} Heard: ${heard.join(" ")}`;
}

setTimeout(() => process.exit(1), 240_000).unref();
const numbers = Array.from({ length: 50 }, (_, i) => i + 1);
for (const number of numbers) console.log(await call(number));
for (const line of await Promise.all(numbers.slice(0, 10).map(number => call(50 + number)))) console.log(line);
await client.close();
process.exit(0);
