/**
 * Spans through OpenTelemetry's API, and their contexts as W3C Trace Context text, which is what is stored and sent.
 *
 * Deno exports them where OTEL_DENO is set. Where nothing is exported no span is made: what asks first pays a comparison.
 */

import { type Context, context, type Link, ROOT_CONTEXT, type Span, SpanKind, trace } from "@opentelemetry/api";

export { type Link, type Span, SpanKind };

const PATTERN = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

let recording: boolean | undefined;

/** Whether spans are exported. Decided once: the exporter is set up when the process starts. */
export function isTracing(): boolean {
  if (recording === undefined) {
    const probe = trace.getTracer("degov").startSpan("probe");
    recording = probe.isRecording();
    // Never ended, so that nobody sees it.
  }
  return recording;
}

export interface SpanOptions {
  /** Text of the parent's context; what is no such text counts as absent. Default: the active span's. */
  parent?: string;
  kind?: SpanKind;
  startMs?: number;
  attributes?: Readonly<Record<string, string | number>>;
  links?: Link[];
}

export function startSpan(name: string, options: SpanOptions = {}): Span {
  const { parent, kind = SpanKind.INTERNAL, startMs, attributes, links } = options;
  const within = (parent === undefined ? undefined : parseTraceparent(parent)) ?? context.active();
  return trace.getTracer("degov").startSpan(name, { kind, startTime: startMs, attributes, links }, within);
}

/** The context's text, to be stored or sent. */
export function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** The active span's context as text; undefined when there is none. */
export function activeTraceparent(): string | undefined {
  const span = trace.getActiveSpan();
  return span === undefined ? undefined : traceparentOf(span);
}

/** A link to the active span, where there is one that is not of the trace itself. */
export function linkToActive(traceparent: string): Link[] {
  const active = trace.getActiveSpan()?.spanContext();
  return active === undefined || active.traceId === traceIdOf(traceparent) ? [] : [{ context: active }];
}

/** Runs the function within the span, so that calls it makes are the span's children. */
export async function withSpan<T>(span: Span, run: () => Promise<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(context.active(), span), run);
  } catch (error) {
    span.recordException(error as Error);
    throw error;
  } finally {
    span.end();
  }
}

/** The trace that a context's text belongs to. */
export function traceIdOf(traceparent: string): string | undefined {
  return PATTERN.exec(traceparent)?.[1];
}

function parseTraceparent(text: string): Context | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, traceId, spanId, flags] = match;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true });
}
