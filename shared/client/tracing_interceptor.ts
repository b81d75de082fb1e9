/** A span for each call of a client: the root of an instance's trace, where it starts one. */

import type { Interceptor } from "@connectrpc/connect";
import { SpanKind, startSpan, withSpan } from "../tracing.ts";

/** Deno's fetch sends the active span's context along, so nothing has to be added to the request. */
export const tracingInterceptor: Interceptor = (next) => (request) => {
  if (request.stream) return next(request);
  const { workflow, instanceId } = request.message as { workflow?: string; instanceId?: string };
  const span = startSpan(`degov ${request.method.name}`, {
    kind: SpanKind.CLIENT,
    attributes: {
      ...(workflow ? { "degov.workflow": workflow } : {}),
      ...(instanceId ? { "degov.instance": instanceId } : {}),
    },
  });
  return withSpan(span, () => Promise.resolve(next(request)));
};
