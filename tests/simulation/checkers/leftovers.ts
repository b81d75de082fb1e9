/** What is kept of instances and schedules goes away with them; definitions have their code; counts are true. */

import { decodeJson } from "../../../engine/keyspace.ts";
import { decodeCounter } from "../../../engine/store/counter_value.ts";
import { decodeTuple } from "../../../engine/store/tuple.ts";
import type { Shadow } from "../shadow.ts";
import type { Checker, Complain } from "./checker.ts";

/** Definitions and their code, engines and workers, counters, and the log of events with its webhooks. */
const STAYING = new Set(["meta", "wf", "ws", "wh", "wl", "c", "g", "n", "scn", "k", "w", "en", "ev", "evm", "evh"]);

export const leftovers: Checker = {
  name: "nothing is left over, and nothing is missing",
  needsProcesses: true,
  end({ shadow, alive }, complain) {
    const living = alive();
    checkCounts(shadow, complain);
    for (const stray of shadow.rows.strayChunks()) complain(`chunk ${stray} belongs to no value`);
    const codes = new Set<string>();
    for (const [key] of shadow.rows.entries()) {
      const [family, name] = decodeTuple(key) as string[];
      if (family === "c") codes.add(name);
      // The simulation rests for longer than it takes to notice that a process is gone.
      if ((family === "w" || family === "en") && !living.has(name)) complain(`${family}/${name} stays of who is gone`);
    }
    for (const [name, { codeHashes }] of shadow.workflows) {
      if (codeHashes.some((hash) => !codes.has(hash))) complain(`workflow ${name} has lost its code`);
    }
  },
  empty({ shadow }, complain) {
    checkCounts(shadow, complain);
    for (const [key] of shadow.rows.entries()) {
      const tuple = decodeTuple(key);
      if (!STAYING.has(String(tuple[0]))) complain(`${tuple.join("/")} is left, and nothing that it is of`);
    }
    for (const stray of shadow.rows.strayChunks()) complain(`chunk ${stray} belongs to no value`);
  },
};

function checkCounts({ rows, instances, schedules }: Shadow, complain: Complain): void {
  const counts = new Map<string, number>();
  for (const { instance } of instances.values()) {
    if (instance === undefined) continue;
    const name = `${instance.status}/${instance.workflow}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const [key, value] of rows.entries()) {
    const [family, status, workflow] = decodeTuple(key) as string[];
    if (family === "lc" || family === "ic") {
      if (decodeJson<number>(value) <= 0) complain(`the permits ${decodeTuple(key).join("/")} are kept, and are none`);
    }
    if (family === "scn") {
      const there = [...schedules.values()].filter(({ record }) => record !== undefined).length;
      const found = Number(decodeCounter(value));
      if (found !== there) complain(`there are ${there} schedules, and ${found} are counted`);
    }
    if (family === "ou") complain(`message ${decodeTuple(key).slice(1).join("/")} was given up`);
    if (family !== "n") continue;
    const [found, wanted] = [Number(decodeCounter(value)), counts.get(`${status}/${workflow}`) ?? 0];
    if (found !== wanted) complain(`${wanted} instances of ${workflow} are ${status}, and ${found} are counted`);
  }
}
