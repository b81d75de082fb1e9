/**
 * A unary call in Connect's protocol, binary and not compressed, with nothing around it: Connect's own transport costs
 * several times the call itself.
 */

import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type UnaryResponse } from "@connectrpc/connect";
import { codeFromHttpStatus, errorFromJsonBytes } from "@connectrpc/connect/protocol-connect";

/** Posts to a path of the engine. */
export type Post = (path: string, init: RequestInit & { headers: [string, string][] }) => Promise<Response>;

export interface UnaryCallOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
  header?: HeadersInit;
}

const NO_TRAILER = new Headers();

/** @throws ConnectError */
export async function unaryCall<I extends DescMessage, O extends DescMessage>(
  post: Post,
  call: { method: DescMethodUnary<I, O>; input: MessageInitShape<I> },
  options: UnaryCallOptions,
): Promise<UnaryResponse<I, O>> {
  const { method, input } = call;
  const { service, path } = { service: method.parent, path: `/${method.parent.typeName}/${method.name}` };
  const headers: [string, string][] = [["content-type", "application/proto"], ["connect-protocol-version", "1"]];
  if (options.header !== undefined) headers.push(...new Headers(options.header));
  const deadline = new Deadline(options);
  try {
    const body = toBinary(method.input, create(method.input, input)) as Uint8Array<ArrayBuffer>;
    const response = await post(path, { method: "POST", headers, body, signal: deadline.signal });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const isAnswer = response.status === 200 && response.headers.get("content-type") === "application/proto";
    if (!isAnswer) throw toError(response, bytes);
    const message = fromBinary(method.output, bytes);
    return { stream: false, service, method, header: response.headers, trailer: NO_TRAILER, message };
  } catch (thrown) {
    throw ConnectError.from(thrown);
  } finally {
    deadline.end();
  }
}

function toError({ status, headers }: Response, body: Uint8Array): ConnectError {
  const code = status === 200 ? Code.Unknown : codeFromHttpStatus(status);
  const fallback = new ConnectError(`The engine answered with HTTP ${status} and no message of ours`, code);
  try {
    return errorFromJsonBytes(body, headers, fallback);
  } catch {
    return fallback;
  }
}

/** The caller's signal and the time limit as one signal; none where there is neither. */
class Deadline {
  readonly signal: AbortSignal | undefined;
  readonly #caller: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #onAbort: (() => void) | undefined;

  constructor({ signal, timeoutMs }: UnaryCallOptions) {
    if (timeoutMs === undefined) {
      this.signal = signal;
      return;
    }
    const controller = new AbortController();
    this.signal = controller.signal;
    this.#timer = setTimeout(() => {
      // As if the connection had broken: the same call may be made again, at another engine.
      controller.abort(new ConnectError(`No answer within ${timeoutMs} ms`, Code.Unavailable));
    }, timeoutMs);
    if (signal === undefined) return;
    this.#caller = signal;
    this.#onAbort = () => controller.abort(signal.reason);
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort);
  }

  end(): void {
    clearTimeout(this.#timer);
    if (this.#onAbort !== undefined) this.#caller?.removeEventListener("abort", this.#onAbort);
  }
}
