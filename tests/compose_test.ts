import { deepEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import { parseFlags } from "../shared/flags.ts";
import { ENGINE_FLAGS } from "../engine/config.ts";
import { WORKER_FLAGS } from "../worker/config.ts";

const ROOT = join(import.meta.dirname!, "..");

interface Service {
  image?: string;
  command?: string[];
  restart?: string;
  depends_on?: Record<string, { condition: string }>;
  volumes?: string[];
  healthcheck?: { test: string[] };
}

const compose = parse(await Deno.readTextFile(join(ROOT, "compose.yaml")), { merge: true, strict: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const services = Object.entries(compose.services);
const once = ["fdb-configure", "tokens"];

Deno.test("compose.yaml: services and volumes that are named exist", () => {
  const names = services.flatMap(([, { depends_on = {} }]) => Object.keys(depends_on));
  deepEqual(names.filter((name) => compose.services[name] === undefined), []);
  const volumes = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(":")[0]));
  deepEqual([...new Set(volumes)].sort(), Object.keys(compose.volumes).sort());
});

Deno.test("compose.yaml: what runs for good is started again and looked after; what runs once is waited for", () => {
  for (const [name, { restart, healthcheck, depends_on = {} }] of services) {
    ok(once.includes(name) ? restart === "no" : restart === "unless-stopped", name);
    ok(once.includes(name) || healthcheck !== undefined, name);
    for (const [other, { condition }] of Object.entries(depends_on)) {
      if (once.includes(other)) deepEqual(condition, "service_completed_successfully");
    }
  }
});

Deno.test("compose.yaml: engines and workers are given tasks and flags that exist", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json"))) as { tasks: Record<string, unknown> };
  for (const [name, { command = [] }] of services) {
    if (once.includes(name) || name === "fdb") continue;
    const [task, ...args] = command;
    ok(task in tasks, `${name}: ${task}`);
    parseFlags(task === "worker" ? WORKER_FLAGS : ENGINE_FLAGS, args, () => undefined);
  }
});
