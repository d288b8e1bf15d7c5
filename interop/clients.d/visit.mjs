// The steps of a visit for programs in JavaScript. Each is told as a line of JSON on stdout: what it was, the
// milliseconds it took, and what came of it. A visit ends by itself, by then or by its bound.

const number = (name, otherwise) => Number(process.env[name] ?? otherwise);
export const timeout = number("VISIT_TIMEOUT_MS", 3000);
const told = line => process.stdout.write(JSON.stringify(line) + "\n");
const words = error => [error?.message ?? String(error), error?.cause?.message].filter(Boolean).join(": ");

let now = "start", since = performance.now();
const took = () => Math.round(performance.now() - since);

setTimeout(() => (told({ step: now, ms: took(), bound: true }), process.exit(0)), number("VISIT_BOUND_MS", 15_000)).unref();
for (const event of ["uncaughtException", "unhandledRejection"])
  process.on(event, error => told({ step: now, ms: took(), crash: words(error) }));

// step does one thing and says whether it went well.
export async function step(name, act) {
  [now, since] = [name, performance.now()];
  try {
    const ok = String((await act()) ?? "done");
    told({ step: name, ms: took(), ok });
    return true;
  } catch (error) {
    told({ step: name, ms: took(), error: words(error) });
    return false;
  }
}

export const stay = () => new Promise(over => setTimeout(over, number("VISIT_STAY_MS", 2000)));
