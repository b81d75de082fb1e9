/**
 * A closed-loop load: so many callers, each of which begins its next call when its last was answered.
 * Bounded in count and in time; the warm-up is not counted.
 */

export interface LoopOptions {
  clients: number;
  /** One call; rejects on a wrong answer, which ends the run. `sequence` counts from 1. */
  call: (client: number, sequence: number) => Promise<void>;
  warmUpMs: number;
  measuredMs: number;
  callsMax: number;
  /** The measured part begins. */
  onBegin: () => Promise<void>;
  /** It is over. */
  onEnd: () => Promise<void>;
}

export interface LoopFigures {
  count: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Longest that a call may take beyond the end of the run. */
const STRAGGLER_MS = 20_000;

export async function closedLoop(options: LoopOptions): Promise<LoopFigures> {
  const { clients, call, warmUpMs, measuredMs, callsMax } = options;
  const latenciesMs: number[] = [];
  let sequence = 0;
  let phase: "warmUp" | "measured" | "over" = "warmUp";
  const callers = Array.from({ length: clients }, async (_, client) => {
    while (phase !== "over" && sequence < callsMax) {
      const beganMs = performance.now();
      await call(client, ++sequence);
      if (phase === "measured") latenciesMs.push(performance.now() - beganMs);
    }
  });
  const all = Promise.all(callers);
  await Promise.race([sleep(warmUpMs), all]);
  await options.onBegin();
  const beganMs = performance.now();
  phase = "measured";
  await Promise.race([sleep(measuredMs), all]);
  phase = "over";
  const seconds = (performance.now() - beganMs) / 1000;
  await options.onEnd();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("A call was not answered in time")), STRAGGLER_MS);
  await Promise.race([all, late.promise]);
  clearTimeout(timer);
  return { count: latenciesMs.length, seconds, ...quantiles(latenciesMs) };
}

export function quantiles(latenciesMs: number[]): { p50Ms: number; p99Ms: number; maxMs: number } {
  const sorted = Float64Array.from(latenciesMs).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
