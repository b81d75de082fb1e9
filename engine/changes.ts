/** Tells whoever waits within this engine that an instance has changed. In memory; a hint, never the truth. */

import type { Instance } from "./machine/instance.ts";

type Listener = (instance: Instance) => void;

export class InstanceChanges {
  readonly #listeners = new Map<string, Set<Listener>>();
  #count = 0;

  /** Number of listeners. */
  get count(): number {
    return this.#count;
  }

  /** Calls the listener after each change of the instance until the returned function is called. */
  listen(instanceId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(instanceId) ?? new Set();
    this.#listeners.set(instanceId, listeners);
    listeners.add(listener);
    this.#count++;
    return () => {
      if (!listeners.delete(listener)) return;
      this.#count--;
      if (listeners.size === 0) this.#listeners.delete(instanceId);
    };
  }

  announce(instance: Instance): void {
    for (const listener of this.#listeners.get(instance.id) ?? []) listener(instance);
  }
}
