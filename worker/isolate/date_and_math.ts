/** Date and Math that work: SES hands out ones without the clock and without randomness. */

import { platform } from "./platform.ts";

/** The real Date. Lockdown has frozen it; it keeps no state. */
export function taskDate(): unknown {
  return platform.Date;
}

const BATCH = 64;
const numbers = new Uint32Array(2 * BATCH);
let next = numbers.length;

/**
 * A number in [0, 1) from the system's random source.
 *
 * Not V8's own Math.random: its state outlives a task, so that a task could compute what the next one draws.
 */
function random(): number {
  if (next >= numbers.length) {
    platform.crypto.getRandomValues(numbers);
    next = 0;
  }
  const high = numbers[next] >>> 5;
  const low = numbers[next + 1] >>> 6;
  numbers[next++] = 0;
  numbers[next++] = 0;
  return (high * 2 ** 26 + low) / 2 ** 53;
}

/** Math with a working `random`. */
export function taskMath(tamed: Math): unknown {
  const descriptors = Object.getOwnPropertyDescriptors(tamed) as Record<string, PropertyDescriptor>;
  descriptors.random = {
    value: { random: () => random() }.random,
    writable: true,
    enumerable: false,
    configurable: true,
  };
  return Object.create(Object.prototype, descriptors);
}
