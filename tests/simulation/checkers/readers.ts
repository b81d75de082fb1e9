/** Who follows events, with whatever breaks and at whichever engine, reads each once and in order, and none is missing. */

import type { Reading } from "../journal.ts";
import type { Shadow } from "../shadow.ts";
import { type Checker, type Complain } from "./checker.ts";

export const readers: Checker = {
  name: "readers of the log miss nothing",
  end({ shadow, journal }, complain) {
    const places = new Map(shadow.log.map(({ cursor }, index) => [cursor, index]));
    for (const reading of journal.readings) checkReading(shadow, places, reading, complain);
  },
};

export const watchers: Checker = {
  name: "who watches an instance misses nothing",
  end({ journal }, complain) {
    for (const { instanceId, sequences } of journal.watched) {
      const wanted = sequences.map((_, index) => index + 1);
      if (sequences.join() !== wanted.join()) complain(`a watcher of ${instanceId} has read records [${sequences}]`);
    }
  },
};

export const webhooks: Checker = {
  name: "a webhook is told of every event, those of an instance in order",
  end({ shadow: { log, webhookFrom }, journal }, complain) {
    if (webhookFrom === undefined) return;
    const told = new Set(journal.told.map(({ cursor }) => cursor));
    for (const { cursor, name } of log) {
      if (cursor > webhookFrom && !told.has(cursor)) complain(`the webhook was never told of ${name}`);
    }
    const newest = new Map<string, string>();
    const seen = new Set<string>();
    for (const { cursor, instanceId } of journal.told) {
      if (seen.has(cursor)) continue; // at least once
      seen.add(cursor);
      if (cursor < (newest.get(instanceId) ?? "")) complain(`the webhook was told of ${instanceId} out of order`);
      newest.set(instanceId, cursor);
    }
  },
};

function checkReading(
  { log }: Shadow,
  places: ReadonlyMap<string, number>,
  { name, read, isComplete }: Reading,
  complain: Complain,
): void {
  let next = 0;
  for (const { cursor, event, isAfterGap } of read) {
    const place = places.get(cursor);
    if (place === undefined || log[place].name !== event) {
      return complain(`${name} read ${event}, which was never logged`);
    }
    if (place < next) return complain(`${name} read ${event} again, or too late`);
    if (place > next && !isAfterGap) return complain(`${name} read ${event} and missed ${log[next].name}`);
    next = place + 1;
  }
  if (isComplete && next < log.length) complain(`${name} has not read ${log[next].name} and what follows`);
}
