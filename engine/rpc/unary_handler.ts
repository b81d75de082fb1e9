/**
 * Unary calls in Connect's protocol as nearly every client makes them: a POST of known length, binary or JSON, not
 * compressed. Connect's own handlers take the rest; for these calls they cost several times the call itself.
 *
 * - U1 What is not such a call is left untouched, body included, for Connect's handler.
 * - U2 Interceptors see every call, whichever way it is handled. They pass on the request that they were handed.
 * - U3 A deadline that the caller states is the caller's to keep: it hangs up, which ends what waits.
 */

import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  fromJsonString,
  isMessage,
  type Message,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ContextValues,
  createContextValues,
  type HandlerContext,
  type Interceptor,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import { errorResponse, notParsed } from "./errors.ts";

/** What a service has for a unary method. */
export type UnaryImplementation = (message: Message, context: HandlerContext) => Promise<object> | object;

export interface UnaryHandlerOptions {
  interceptors: readonly Interceptor[];
  /** Longest request. */
  readBytesMax: number;
}

type Format = "binary" | "json";

/** Answers a call, or undefined for one that is not for it (U1). */
export type UnaryHandler = (request: Request) => Promise<Response> | undefined;

const FORMATS: ReadonlyMap<string | null, Format> = new Map([
  ["application/proto", "binary"],
  ["application/json", "json"],
]);
const BINARY = { headers: [["content-type", "application/proto"]] } satisfies ResponseInit;
const JSON_TEXT = { headers: [["content-type", "application/json"]] } satisfies ResponseInit;

export function unaryHandler(
  method: DescMethodUnary,
  implementation: UnaryImplementation,
  options: UnaryHandlerOptions,
): UnaryHandler {
  const invoke = async (request: UnaryRequest): Promise<UnaryResponse> => {
    const call = request as UnaryCall;
    const output = await implementation(call.message, call);
    const message = isMessage(output, method.output)
      ? output
      : create(method.output, output as Record<string, unknown>);
    return new UnaryAnswer(call, message);
  };
  // U2
  const call = options.interceptors.reduceRight(
    (next, interceptor) => interceptor(next as Parameters<Interceptor>[0]) as typeof invoke,
    invoke,
  );
  return (request) => {
    const { headers } = request;
    const format = FORMATS.get(headers.get("content-type"));
    const bytes = Number(headers.get("content-length") ?? NaN);
    if (format === undefined || request.method !== "POST" || !(bytes <= options.readBytesMax)) return undefined;
    if (headers.get("content-encoding") !== null) return undefined;
    return answer(request, format, { method, call });
  };
}

async function answer(
  request: Request,
  format: Format,
  { method, call }: { method: DescMethodUnary; call: (request: UnaryRequest) => Promise<UnaryResponse> },
): Promise<Response> {
  try {
    const message = parse(method.input, format, new Uint8Array(await request.arrayBuffer()));
    const response = await call(new UnaryCall(method, request, message));
    return toResponse(response as UnaryAnswer, format);
  } catch (thrown) {
    return errorResponse(ConnectError.from(thrown, Code.Internal));
  }
}

function parse(schema: DescMessage, format: Format, body: Uint8Array): Message {
  try {
    return format === "binary" ? fromBinary(schema, body) : fromJsonString(schema, decoder.decode(body), LENIENT);
  } catch (error) {
    throw notParsed(schema, (error as Error).message);
  }
}

function toResponse({ method, message, metadata }: UnaryAnswer, format: Format): Response {
  const response = format === "binary"
    ? new Response(toBinary(method.output, message) as Uint8Array<ArrayBuffer>, BINARY)
    : new Response(toJsonString(method.output, message), JSON_TEXT);
  metadata?.forEach((value, name) => response.headers.set(name, value));
  return response;
}

const decoder = new TextDecoder();
/** As Connect's handlers do, so that a newer client's fields are no error. */
const LENIENT = { ignoreUnknownFields: true };

/** A call under way, as interceptors and services see it. What few of them look at is made only when they do. */
class UnaryCall implements UnaryRequest, HandlerContext {
  readonly stream = false;
  readonly protocolName = "connect";
  readonly requestMethod = "POST";
  readonly method: DescMethodUnary;
  readonly message: Message;
  readonly #request: Request;
  #contextValues: ContextValues | undefined;
  #responseHeader: Headers | undefined;
  #responseTrailer: Headers | undefined;

  constructor(method: DescMethodUnary, request: Request, message: Message) {
    this.method = method;
    this.#request = request;
    this.message = message;
  }

  get service() {
    return this.method.parent;
  }
  get url(): string {
    return this.#request.url;
  }
  get signal(): AbortSignal {
    return this.#request.signal;
  }
  get header(): Headers {
    return this.#request.headers;
  }
  get requestHeader(): Headers {
    return this.#request.headers;
  }
  get contextValues(): ContextValues {
    return this.#contextValues ??= createContextValues();
  }
  get values(): ContextValues {
    return this.contextValues;
  }
  get responseHeader(): Headers {
    return this.#responseHeader ??= new Headers();
  }
  get responseTrailer(): Headers {
    return this.#responseTrailer ??= new Headers();
  }
  /** Headers that somebody has set for the answer. */
  get setHeader(): Headers | undefined {
    return this.#responseHeader;
  }
  timeoutMs(): undefined {
    return undefined; // U3
  }
}

class UnaryAnswer implements UnaryResponse {
  readonly stream = false;
  readonly message: Message;
  readonly #call: UnaryCall;

  constructor(call: UnaryCall, message: Message) {
    this.#call = call;
    this.message = message;
  }

  get method(): DescMethodUnary {
    return this.#call.method;
  }
  get service() {
    return this.#call.service;
  }
  get header(): Headers {
    return this.#call.responseHeader;
  }
  get trailer(): Headers {
    return this.#call.responseTrailer;
  }
  get metadata(): Headers | undefined {
    return this.#call.setHeader;
  }
}
