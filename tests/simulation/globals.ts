/** Global time and randomness under the simulation's control while it runs, whoever asks for them. */

import { SeededRandom } from "../../shared/random.ts";
import { SimulatedTime } from "./simulated_time.ts";

/** Runs the body with Date.now and Math.random decided by the seed. Not for two bodies at once. */
export async function withSeededGlobals<T>(seed: number, body: (time: SimulatedTime) => Promise<T>): Promise<T> {
  const { random } = Math;
  const { now } = Date;
  const seeded = new SeededRandom(seed ^ 0x5eed);
  const time = new SimulatedTime();
  Math.random = () => seeded.next();
  Date.now = () => time.nowMs();
  try {
    return await body(time);
  } finally {
    Math.random = random;
    Date.now = now;
  }
}
