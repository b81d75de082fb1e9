/** Every checker: one for each guarantee. */

import { acknowledgements, deduplication } from "./acknowledgements.ts";
import type { Checker } from "./checker.ts";
import { effects } from "./effects.ts";
import { leases } from "./leases.ts";
import { model } from "./model.ts";
import { permits } from "./permits.ts";
import { progress } from "./progress.ts";
import { results } from "./results.ts";
import { retries } from "./retries.ts";
import { timers } from "./timers.ts";
import { transitions } from "./transitions.ts";

export const CHECKERS: readonly Checker[] = [
  transitions,
  leases,
  permits,
  results,
  effects,
  timers,
  progress,
  retries,
  acknowledgements,
  deduplication,
  model,
];
