/**
 * The dashboard: an application of its own, to be mounted at `/` of the engine's.
 *
 * Pages are rendered here and work without scripts; with them they are live. Its code is loaded when the first page is
 * asked for, so that an engine nobody looks at pays only for counting (pulse.ts).
 */

import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import { Pulse } from "./pulse.ts";

export interface DashboardOptions {
  /** Told of pages that failed by a fault of ours. */
  onInternalError: (what: string, error: unknown) => void;
}

/** Every route of the dashboard; what each asks of its caller is declared in access_table.ts. */
const ROUTES = [
  ["GET", "/"],
  ["GET", "/find"],
  ["GET", "/live"],
  ["GET", "/assets/:hash/:name"],
  ["GET", "/favicon.ico"],
  ["GET", "/workers"],
  ["GET", "/instances"],
  ["POST", "/instances/bulk"],
  ["POST", "/instances/bulk/apply/:action"],
  ["GET", "/instances/:id"],
  ["GET", "/instances/:id/context"],
  ["GET", "/instances/:id/records/:sequence"],
  ["POST", "/instances/:id/event"],
  ["POST", "/instances/:id/cancel"],
  ["POST", "/instances/:id/retry"],
  ["POST", "/instances/:id/pause"],
  ["POST", "/instances/:id/resume"],
  ["POST", "/instances/:id/fork"],
  ["POST", "/instances/:id/migrate"],
  ["GET", "/definitions"],
  ["GET", "/definitions/:name"],
  ["POST", "/definitions/:name/start"],
  ["GET", "/schedules"],
  ["POST", "/schedules"],
  ["GET", "/schedules/:id"],
  ["POST", "/schedules/:id/update"],
  ["POST", "/schedules/:id/pause"],
  ["POST", "/schedules/:id/resume"],
  ["POST", "/schedules/:id/trigger"],
  ["POST", "/schedules/:id/delete"],
] as const;

export function dashboard(engine: Engine, options: DashboardOptions): Hono {
  const pulse = new Pulse(engine);
  pulse.start();
  let site: Promise<Hono> | undefined;
  const outer = new Hono();
  for (const [method, path] of ROUTES) {
    outer.on(method, path, async (context) => {
      site ??= import("./site.tsx").then((module) => module.site(engine, pulse, options));
      return (await site).fetch(context.req.raw);
    });
  }
  return outer;
}
