/** The engine's settings: flags and environment, read here and nowhere else. */

import { type Address, isLoopback, parseAddress } from "../shared/address.ts";
import { parseDuration } from "../shared/definition/duration.ts";
import { DegovError } from "../shared/errors.ts";
import { formatHelp, parseCount, parseFlags } from "../shared/flags.ts";
import { LOG_FLAGS, type LogOptions, readLogOptions } from "../shared/log.ts";

export interface EngineConfig {
  help: boolean;
  log: LogOptions;
  listen: Address;
  /** Spec for openStore: `sqlite:PATH`, `fdb:` or `memory:`. */
  store: string;
  /** What an acknowledgement of the embedded store means: on the disk, or with the operating system. */
  durability: "fsync" | "os";
  fdbPrefix: string;
  sessionTimeoutMs: number;
  /** Finished instances are deleted after so long, and appended to a file before if one is named. */
  retention: { retainMs: number; exportPath: string | undefined } | undefined;
  /** File of tokens; without one only this machine is answered. */
  tokens: string | undefined;
  /** Files of PEM text. */
  tls: { certificate: string; key: string; clientAuthority: string | undefined } | undefined;
  /** Of each caller; 0 means no bound. */
  requestsPerSecond: number;
  /** How long the log of all events keeps them; 0 ends the log; undefined: as the store says. */
  eventsKeepMs: number | undefined;
  /** File of webhooks. */
  webhooks: string | undefined;
}

/** For help, and for the command that hands them on. */
export const ENGINE_FLAGS = {
  listen: {
    value: "HOST:PORT",
    help: "address to serve on; other than loopback only with --tokens",
    default: "127.0.0.1:7420",
  },
  store: { value: "SPEC", help: "sqlite:PATH, fdb: or memory:", default: "sqlite:.degov/engine.db" },
  durability: { value: "fsync|os", help: "what an acknowledgement of sqlite means", default: "fsync" },
  "fdb-cluster-file": { value: "PATH", help: "FoundationDB's cluster file; default: that of its client library" },
  "fdb-prefix": { value: "TEXT", help: "prefix of all keys in FoundationDB", default: "degov" },
  "session-timeout-ms": { value: "MS", help: "a worker not heard of for so long is lost", default: "15000" },
  "retain-ms": { value: "MS", help: "finished instances are deleted after so long; default: never" },
  "retain-export": { value: "PATH", help: "file that takes what is deleted, as JSON lines, before it is" },
  tokens: { value: "PATH", help: "file of tokens and their roles; without it only this machine is answered" },
  "tls-cert": { value: "PATH", help: "certificate to serve TLS with, PEM" },
  "tls-key": { value: "PATH", help: "key of that certificate, PEM" },
  "tls-client-ca": { value: "PATH", help: "authority whose client certificates stand for workers, PEM" },
  "requests-per-second": { value: "N", help: "of each caller; 0 means no bound", default: "0" },
  events: { value: "DURATION|off", help: "keep a log of all events for so long, as 7d; default: as the store says" },
  webhooks: { value: "PATH", help: "file of webhooks, which are told of events; implies --events 7d" },
  ...LOG_FLAGS,
  help: { help: "show this text" },
} as const;

export const ENGINE_HELP = formatHelp("deno task engine [FLAGS]", ENGINE_FLAGS);

/** @throws DegovError INVALID_ARGUMENT, FAILED_PRECONDITION for an address that others can reach */
export function readEngineConfig(
  args: readonly string[],
  environment: (name: string) => string | undefined = (name) => Deno.env.get(name),
): EngineConfig {
  const values = parseFlags(ENGINE_FLAGS, args, environment);
  const listen = parseAddress(values.listen!);
  if (!isLoopback(listen.hostname) && values.tokens === undefined) {
    throw new DegovError(
      "FAILED_PRECONDITION",
      `Cannot listen on ${listen.hostname}: other machines could reach it, and without tokens nobody is asked who they ` +
        "are; name a file of tokens with --tokens (`degov token create` makes one), or use 127.0.0.1",
    );
  }
  const { durability, store } = values;
  if (durability !== "fsync" && durability !== "os") {
    throw new DegovError("INVALID_ARGUMENT", `--durability is "${durability}", and must be "fsync" or "os"`);
  }
  return {
    help: values.help !== undefined,
    log: readLogOptions(values),
    listen,
    store: toStoreSpecification(store!, values["fdb-cluster-file"] ?? environment("FDB_CLUSTER_FILE")),
    durability,
    fdbPrefix: values["fdb-prefix"]!,
    sessionTimeoutMs: parseCount(values["session-timeout-ms"], "session-timeout-ms", { min: 100, max: 3_600_000 }),
    retention: toRetention(values["retain-ms"], values["retain-export"]),
    tokens: values.tokens,
    tls: toTls(values),
    eventsKeepMs: toKeepMs(values.events ?? (values.webhooks === undefined ? undefined : "7d")),
    webhooks: values.webhooks,
    requestsPerSecond: parseCount(values["requests-per-second"], "requests-per-second", { min: 0, max: 1_000_000 }),
  };
}

const RETAIN_MS_MAX = 100 * 366 * 24 * 3_600_000;

function toRetention(retain: string | undefined, exportPath: string | undefined): EngineConfig["retention"] {
  if (retain !== undefined) {
    return { retainMs: parseCount(retain, "retain-ms", { min: 0, max: RETAIN_MS_MAX }), exportPath };
  }
  if (exportPath === undefined) return undefined;
  throw new DegovError("INVALID_ARGUMENT", "--retain-export needs --retain-ms: without it nothing is deleted");
}

function toKeepMs(events: string | undefined): number | undefined {
  if (events === undefined) return undefined;
  const keepMs = events === "off" ? 0 : parseDuration(events) ?? NaN;
  if (events === "off" || keepMs > 0) return keepMs;
  throw new DegovError("INVALID_ARGUMENT", `--events is "${events}", and must be a duration such as 7d, or "off"`);
}

function toTls(
  values: { readonly [flag in "tls-cert" | "tls-key" | "tls-client-ca"]: string | undefined },
): EngineConfig["tls"] {
  const { "tls-cert": certificate, "tls-key": key, "tls-client-ca": clientAuthority } = values;
  if (certificate !== undefined && key !== undefined) return { certificate, key, clientAuthority };
  if ((certificate ?? key ?? clientAuthority) === undefined) return undefined;
  throw new DegovError("INVALID_ARGUMENT", "Cannot serve TLS: it takes both --tls-cert and --tls-key");
}

/** `fdb` alone takes the cluster file of its own flag. */
function toStoreSpecification(store: string, clusterFile: string | undefined): string {
  return store === "fdb" || store === "fdb:" ? `fdb:${clusterFile ?? ""}` : store;
}
