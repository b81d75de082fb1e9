/** A thousand honest tasks with ten endless loops and ten memory bombs among them. */

import { HONEST, type Task } from "../../worker/pool/testing/pool_fixture.ts";

const MIB = 1024 * 1024;

/** What the task at a place in the mix is. */
export function mixedKind(i: number): "honest" | "loop" | "bomb" {
  return i % 102 === 50 ? "loop" : i % 102 === 90 ? "bomb" : "honest";
}

/** The task at a place in the mix; an honest one doubles its place. */
export function mixedTask(i: number): Task {
  switch (mixedKind(i)) {
    case "loop":
      return { code: "for (;;);", timeoutMs: 100 };
    case "bomb":
      return { code: "const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1))", memoryBytes: 32 * MIB };
    case "honest":
      return { code: HONEST, input: { value: i } };
  }
}
