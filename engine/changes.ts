/** Tells whoever waits within this engine that an instance has changed. In memory; a hint, never the truth. */

import type { Instance } from "./machine/instance.ts";

/** `isCommitted` is false where the change may have been undone: then the instance is only a hint to look. */
export type InstanceListener = (instance: Instance, isCommitted: boolean) => void;

export class InstanceChanges {
  readonly #listeners = new Map<string, Set<InstanceListener>>();
  readonly #observers = new Set<InstanceListener>();
  #count = 0;

  /** Number of listeners. */
  get count(): number {
    return this.#count;
  }

  /** Calls the listener after each change of the instance until the returned function is called. */
  listen(instanceId: string, listener: InstanceListener): () => void {
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

  /** Calls the observer after each change of any instance until the returned function is called. */
  observe(observer: InstanceListener): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  announce(instance: Instance, isCommitted: boolean): void {
    for (const observer of this.#observers) observer(instance, isCommitted);
    for (const listener of this.#listeners.get(instance.id) ?? []) listener(instance, isCommitted);
  }
}
