/** What the end of an isolate's process means for the task that it ran. */

import type { Failure } from "../../shared/failure.ts";
import { ExitCode } from "../isolate/watch_state.ts";
import type { IsolateExit } from "./isolate_process.ts";
import type { Execution } from "./pool.ts";

const MIB = 1024 * 1024;
/** What V8 writes before it aborts at its heap limit. */
const HEAP_LIMIT = /out of memory|heap limit/i;

/** Whether the process ended because its memory did. */
export function isMemoryDeath(exit: IsolateExit): boolean {
  return exit.code === ExitCode.memory || (exit.signal !== null && HEAP_LIMIT.test(exit.stderr));
}

/** The failure of the task that ran when the process ended by itself. */
export function deathFailure(exit: IsolateExit, execution: Execution, heapBytesMax: number): Failure {
  if (exit.forged) {
    return {
      code: "ISOLATE_CRASHED",
      message: "The isolate wrote what no isolate writes to its worker; it was killed",
    };
  }
  if (exit.code === ExitCode.memory) {
    return {
      code: "RESOURCE_EXHAUSTED",
      message: `The code used more than its ${formatMib(execution.memoryBytes)} of memory`,
    };
  }
  if (isMemoryDeath(exit)) {
    const message = `The code filled the isolate's heap of ${formatMib(heapBytesMax)}, its memory limit`;
    return { code: "RESOURCE_EXHAUSTED", message };
  }
  if (exit.code === ExitCode.restless) {
    return { code: "TASK_FAILED", message: "The code gave its result but left work running that does not end" };
  }
  const how = exit.signal === null ? `with code ${exit.code}` : `by ${exit.signal}`;
  return { code: "ISOLATE_CRASHED", message: `The isolate that ran the code ended ${how}` };
}

/** The failure of a task that crossed its deadline. */
export function deadlineFailure(execution: Execution): Failure {
  return { code: "DEADLINE_EXCEEDED", message: `The code took longer than ${execution.timeoutMs} ms` };
}

function formatMib(bytes: number): string {
  return `${Math.round(bytes / MIB * 10) / 10} MiB`;
}
