// The steps of a visit for programs in JavaScript. Each is told as a line of JSON on stdout: what it was, the
// milliseconds it took, and what came of it. A step that is not over by its bound ends the visit.

const number = (name, otherwise) => Number(process.env[name] ?? otherwise);
export const timeout = number("VISIT_TIMEOUT_MS", 3000);
export const modern = process.env.VISIT_ERA === "modern"; // it finds out which era the server speaks, and listens
export const call = JSON.parse(process.env.VISIT_CALL ?? '{"name": "get_forecast", "arguments": {"city": "Oslo"}}');
const told = line => process.stdout.write(JSON.stringify(line) + "\n");
const words = error => [error?.message ?? String(error), error?.cause?.message].filter(Boolean).join(": ");

let now = "start", since = performance.now();
const took = () => Math.round(performance.now() - since);

const stuck = () => (told({ step: now, ms: took(), bound: true }), process.exit(0));
for (const event of ["uncaughtException", "unhandledRejection"])
  process.on(event, error => told({ step: now, ms: took(), crash: words(error) }));

// step does one thing and says whether it went well.
export async function step(name, act) {
  [now, since] = [name, performance.now()];
  const bound = setTimeout(stuck, number("VISIT_BOUND_MS", 10_000));
  try {
    const ok = String((await act()) ?? "done");
    told({ step: name, ms: took(), ok });
    return true;
  } catch (error) {
    told({ step: name, ms: took(), error: words(error) });
    return false;
  } finally {
    clearTimeout(bound);
  }
}

export const stay = () => new Promise(over => setTimeout(over, number("VISIT_STAY_MS", 2000)));
