/** Ids of timers. They contain the count of state entries, so that no two timers of an instance ever share one. */

const AFTER = /^after-\d+-(\d+)$/;

/** Id of the timer of a state's `after[index]`, for one visit of the state. */
export function toAfterTimerId(entries: number, index: number): string {
  return `after-${entries}-${index}`;
}

/** Id of the timer that ends the whole instance, set at its start and anew at each retry. */
export function toTimeoutTimerId(entries: number): string {
  return `timeout-${entries}`;
}

/** The index in the state's `after`, or undefined for the timer of the workflow's timeout. */
export function parseAfterIndex(timerId: string): number | undefined {
  const match = AFTER.exec(timerId);
  return match === null ? undefined : Number(match[1]);
}

/** Whether the timer belongs to a visit of a state, and not to the whole instance. */
export function isStateTimer(timerId: string): boolean {
  return timerId.startsWith("after-");
}
