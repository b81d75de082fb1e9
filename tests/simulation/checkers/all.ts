/** Every checker: one for each guarantee. */

import { acknowledgements, deduplication, repetition } from "./acknowledgements.ts";
import type { Checker } from "./checker.ts";
import { children } from "./children.ts";
import { compensation } from "./compensation.ts";
import { forks } from "./forks.ts";
import { leases } from "./leases.ts";
import { leftovers } from "./leftovers.ts";
import { maps } from "./maps.ts";
import { messages } from "./messages.ts";
import { model } from "./model.ts";
import { permits } from "./permits.ts";
import { places } from "./places.ts";
import { progress } from "./progress.ts";
import { readers, watchers, webhooks } from "./readers.ts";
import { results } from "./results.ts";
import { retries } from "./retries.ts";
import { schedules } from "./schedules.ts";
import { timers } from "./timers.ts";
import { transitions } from "./transitions.ts";

export const CHECKERS: readonly Checker[] = [
  transitions,
  leases,
  permits,
  results,
  places,
  timers,
  progress,
  maps,
  children,
  messages,
  compensation,
  schedules,
  forks,
  retries,
  acknowledgements,
  deduplication,
  repetition,
  readers,
  watchers,
  webhooks,
  model,
  leftovers,
];
