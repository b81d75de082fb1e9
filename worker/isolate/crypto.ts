/**
 * The crypto of a task: `subtle`, `getRandomValues` and `randomUUID`.
 *
 * A promise of the host is never handed out: when it settles after the task has ended, the task's code would run again
 * (E3). Each call gives a promise of our own, which nobody resolves any more once the execution has ended.
 */

import { currentExecution } from "./execution.ts";
import { platform } from "./platform.ts";

const METHODS = [
  "encrypt decrypt sign verify digest generateKey deriveKey deriveBits importKey exportKey wrapKey unwrapKey",
].join(" ").split(" ") as (keyof SubtleCrypto)[];

type Method = (...args: unknown[]) => Promise<unknown>;

function guarded(name: keyof SubtleCrypto): Method {
  const real = platform.subtle[name] as unknown as Method;
  const method = {
    [name]: (...args: unknown[]) => {
      const execution = currentExecution();
      execution.hostOperations++;
      return new Promise<unknown>((resolve, reject) => {
        const settle = (act: (value: unknown) => void) => (value: unknown) => {
          execution.hostOperations--;
          if (!execution.ended) act(value);
          execution.onTurn(execution);
        };
        Reflect.apply(real, platform.subtle, args).then(settle(resolve), settle(reject));
      });
    },
  };
  return method[name];
}

/** The crypto that tasks get. */
export const taskCrypto = {
  subtle: Object.fromEntries(METHODS.map((name) => [name, guarded(name)])),
  getRandomValues: (array: Uint8Array<ArrayBuffer>) => platform.crypto.getRandomValues(array),
  randomUUID: () => platform.crypto.randomUUID(),
};
