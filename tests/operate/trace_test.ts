/** One instance's trace, as a collector receives it from three processes: client, engine and worker. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { degov, ROOT, startProgram } from "./program.ts";

interface CollectedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes?: { key: string; value: { stringValue?: string } }[];
}

/** Far above what sending takes on a busy machine. */
const ARRIVED_MS_MAX = 60_000;

/** A collector of OTLP over HTTP that keeps every span. */
class Collector implements AsyncDisposable {
  readonly spans: CollectedSpan[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #arrived = Promise.withResolvers<void>();

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const body = await request.json();
      for (const { scopeSpans } of body.resourceSpans ?? []) {
        for (const { spans } of scopeSpans) this.spans.push(...spans);
      }
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers();
      return Response.json({});
    });
  }

  get environment(): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
      OTEL_BSP_SCHEDULE_DELAY: "100",
    };
  }

  /** The first span that satisfies, once it and everything above it have arrived: each process sends its own. */
  async find(satisfies: (span: CollectedSpan) => boolean): Promise<CollectedSpan> {
    for (;;) {
      const arrived = this.#arrived.promise;
      const span = this.spans.find((span) => satisfies(span) && this.#isRooted(span));
      if (span !== undefined) return span;
      const late = AbortSignal.timeout(ARRIVED_MS_MAX);
      const names = () => this.spans.map(({ name }) => name).join(", ");
      late.onabort = () => this.#arrived.reject(new Error(`no trace is complete; there are ${names()}`));
      await arrived;
      late.onabort = null;
    }
  }

  #isRooted(span: CollectedSpan): boolean {
    if (!span.parentSpanId) return true;
    const parent = this.spans.find(({ spanId }) => spanId === span.parentSpanId);
    return parent !== undefined && this.#isRooted(parent);
  }

  /** Names from the root to the span. */
  ancestry(span: CollectedSpan): string[] {
    const parent = this.spans.find(({ spanId }) => spanId === span.parentSpanId);
    return [...(parent === undefined ? [] : this.ancestry(parent)), span.name];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function attribute(span: CollectedSpan, key: string): string | undefined {
  return span.attributes?.find((attribute) => attribute.key === key)?.value.stringValue;
}

Deno.test("an instance's trace leads from the client's call over transaction, hand-out and execution to its completion", async () => {
  await using collector = new Collector();
  const env = collector.environment;
  await using engine = startProgram("engine", "engine/main.ts", ["--store", "memory:", "--listen", "0"], { env });
  const url = await engine.line(/listens on (http:\/\/\S+?),?\s/);
  await using worker = startProgram("worker", "worker/main.ts", ["--engine", url, "--isolates", "1"], { env });
  await worker.line(/Registered as/);
  const tell = { env: { ...env, DEGOV_ENGINE: url } };
  equal((await degov(["apply", join(ROOT, "examples/approval.yaml")], tell)).code, 0);
  const started = await degov(["start", "approval", "--id", "traced", "--input", '{"amount": 5}', "--wait"], tell);
  equal(started.code, 0, started.stderr);

  const last = await collector.find((span) =>
    attribute(span, "degov.instance") === "traced" && attribute(span, "degov.status") === "completed"
  );
  const names = collector.ancestry(last);
  deepEqual(names.filter((name) => !/^(?:POST|GET)/.test(name)), [
    "degov StartInstance",
    ...["transaction", "hand out risk", "execute risk"],
    ...["transaction", "hand out receipt", "execute receipt"],
    "transaction",
  ]);
  const own = collector.spans.filter((span) =>
    attribute(span, "degov.instance") === "traced" && !/^degov/.test(span.name)
  );
  ok(own.length >= 7);
  deepEqual([...new Set(own.map(({ traceId }) => traceId))], [last.traceId], "one trace for the instance");
});
