/** When an isolate of a worker last died, as seen by how its count of crashes grows. In memory, of this engine. */

interface Sight {
  crashes: number;
  lastMs?: number;
}

export class CrashWatch {
  #sights = new Map<string, Sight>();

  /** Takes note of what workers have reported; those no longer reported are forgotten. */
  note(reports: ReadonlyMap<string, { crashes: number }>, nowMs: number): void {
    const sights = new Map<string, Sight>();
    for (const [workerId, { crashes }] of reports) {
      const before = this.#sights.get(workerId);
      // A worker that is seen first may have crashed long ago; fewer than before means that its process is a new one.
      const hasGrown = before !== undefined && crashes > before.crashes;
      const lastMs = hasGrown ? nowMs : before?.lastMs;
      sights.set(workerId, { crashes, ...(lastMs === undefined ? {} : { lastMs }) });
    }
    this.#sights = sights;
  }

  lastMs(workerId: string): number | undefined {
    return this.#sights.get(workerId)?.lastMs;
  }
}
