/**
 * Which worker gets the next task. In memory only: the store decides what is leased, this decides to whom it is offered.
 *
 * Owns the sessions of the workers that poll this engine, their waiting polls, and what is about to be sent to them.
 *
 * - D1 A worker is never offered more than its slots: every offer takes a place, given back when the lease ends.
 * - D2 Among workers with a free place and the capability, offers go round-robin.
 * - D3 An offer is made within a transaction and sent only once that has committed; otherwise its place is given back.
 * - D4 A worker counts as listening while its poll waits, and for LISTENING_MS after the last one was answered, so that
 *      a busy worker that is about to poll again is offered tasks within the transaction that creates them.
 * - D5 The answer to a worker's report takes along what there is for it, before a waiting poll does: so one call is enough
 *      for a step, and the poll goes on waiting.
 */

import { setImmediate } from "node:timers";
import type { Capability } from "../keyspace.ts";

/** See D4. Longer than a worker takes from one poll to the next, shorter than anyone would mind waiting for a task. */
const LISTENING_MS = 500;

/** What a worker is sent. */
export interface HandOut {
  instanceId: string;
  taskId: string;
  attempt: number;
  token: string;
  workflow: string;
  name: string;
  codeHash: string;
  inputJson: string;
  timeoutMs: number;
  /** Of the hand-out's span, where the engine traces. */
  traceparent?: string;
}

export interface LeaseName {
  instanceId: string;
  taskId: string;
  token: string;
}

export interface PollAnswer {
  tasks: HandOut[];
  stop: LeaseName[];
}

/** A place taken at a worker. */
export interface Offer {
  readonly workerId: string;
  readonly token: string;
}

export interface SessionOptions {
  workerId: string;
  session: string;
  slots: number;
  capabilities: ReadonlySet<Capability>;
}

interface Session extends SessionOptions {
  /** Tokens of live leases and of offers under way (D1). */
  tokens: Set<string>;
  /** Those of `tokens` whose lease has been committed. */
  leased: Set<string>;
  /** Tokens given back since the last comparison with the store began. */
  released: Set<string>;
  outbox: HandOut[];
  stops: LeaseName[];
  waiting?: (answer: PollAnswer) => void;
  /** Reports under way whose answers will bring tasks. */
  takers: number;
  listeningUntilMs: number;
}

export class Dispatcher {
  readonly #sessions = new Map<string, Session>();
  /** Worker ids in the order of the next offer (D2): the one just served goes to the end. */
  readonly #order: string[] = [];
  readonly #flushing = new Set<Session>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Opens a session, ending an earlier one of the same worker. `tokens` are leases that it holds already. */
  open(options: SessionOptions, tokens: Iterable<string> = []): void {
    this.close(options.workerId);
    this.#sessions.set(options.workerId, {
      ...options,
      tokens: new Set(tokens),
      leased: new Set(tokens),
      released: new Set(),
      outbox: [],
      stops: [],
      takers: 0,
      listeningUntilMs: 0,
    });
    this.#order.push(options.workerId);
  }

  /**
   * Ends the session of a worker, whichever or the given one; a waiting poll is answered empty. What was not sent yet is
   * returned.
   */
  close(workerId: string, id?: string): HandOut[] {
    const session = this.#sessions.get(workerId);
    if (session === undefined || (id !== undefined && session.session !== id)) return [];
    this.#sessions.delete(workerId);
    this.#order.splice(this.#order.indexOf(workerId), 1);
    const unsent = session.outbox;
    session.outbox = [];
    this.#answer(session);
    return unsent;
  }

  /** Whether this engine knows the session. */
  knows(workerId: string, session: string): boolean {
    return this.#sessions.get(workerId)?.session === session;
  }

  workers(): { workerId: string; slots: number; leased: number }[] {
    return [...this.#sessions.values()].map(({ workerId, slots, tokens }) => ({
      workerId,
      slots,
      leased: tokens.size,
    }));
  }

  /** Takes a place at the next worker that is listening, has room and the capability (D1, D2, D4). */
  offer(capability: Capability, token: string): Offer | undefined {
    const nowMs = this.#nowMs();
    for (let index = 0; index < this.#order.length; index++) {
      const session = this.#sessions.get(this.#order[index])!;
      if (session.tokens.size >= session.slots || !session.capabilities.has(capability)) continue;
      if (session.waiting === undefined && session.listeningUntilMs < nowMs) continue;
      this.#order.splice(index, 1);
      this.#order.push(session.workerId);
      session.tokens.add(token);
      return { workerId: session.workerId, token };
    }
    return undefined;
  }

  /** Gives the place of an offer or an ended lease back. */
  release(workerId: string, token: string): void {
    const session = this.#sessions.get(workerId);
    if (session !== undefined) giveBack(session, token);
  }

  sessions(): { workerId: string; session: string }[] {
    return [...this.#sessions.values()].map(({ workerId, session }) => ({ workerId, session }));
  }

  /** Notes which leases are held to be live, before the store is asked. For {@link compare}. */
  beginComparing(workerId: string): string[] {
    const session = this.#sessions.get(workerId);
    session?.released.clear();
    return [...session?.leased ?? []];
  }

  /** Takes over what the store said: `known` was held to be live before, `live` is. */
  compare(workerId: string, known: readonly string[], live: readonly string[]): void {
    const session = this.#sessions.get(workerId);
    if (session === undefined) return;
    const isLive = new Set(live);
    for (const token of known) if (!isLive.has(token)) giveBack(session, token);
    for (const token of live) {
      if (session.released.has(token)) continue; // ended after the store was asked
      session.tokens.add(token);
      session.leased.add(token);
    }
  }

  /** Sends what has been committed (D3). */
  send(offer: Offer, handOut: HandOut): void {
    const session = this.#sessions.get(offer.workerId);
    if (session === undefined || !session.tokens.has(offer.token)) return; // its leases are taken back elsewhere
    session.leased.add(offer.token);
    session.outbox.push(handOut);
    this.#flushSoon(session);
  }

  /** Tells a worker that a lease has ended without its doing. */
  stop(workerId: string, lease: LeaseName): void {
    const session = this.#sessions.get(workerId);
    if (session === undefined || !giveBack(session, lease.token)) return;
    const unsent = session.outbox.findIndex((handOut) => handOut.token === lease.token);
    if (unsent >= 0) session.outbox.splice(unsent, 1);
    else session.stops.push(lease);
    this.#flushSoon(session);
  }

  /** Tokens that the engine believes the worker to hold. */
  tokens(workerId: string): ReadonlySet<string> {
    return this.#sessions.get(workerId)?.tokens ?? new Set();
  }

  /** Capabilities that some listening worker with room has. */
  wanted(): Set<Capability> {
    const wanted = new Set<Capability>();
    const nowMs = this.#nowMs();
    for (const session of this.#sessions.values()) {
      if (session.tokens.size >= session.slots) continue;
      if (session.waiting === undefined && session.listeningUntilMs < nowMs) continue;
      for (const capability of session.capabilities) wanted.add(capability);
    }
    return wanted;
  }

  /** A report has come in whose answer may bring tasks (D5). False when the session is not known. */
  beginTaking(workerId: string, id: string, slots: number): boolean {
    const session = this.#sessions.get(workerId);
    if (session?.session !== id) return false;
    session.slots = slots;
    session.takers++;
    return true;
  }

  /** What there is to send with the answer to the report. */
  take(workerId: string, id: string): PollAnswer {
    const session = this.#sessions.get(workerId);
    if (session?.session !== id) return { tasks: [], stop: [] };
    session.takers--;
    return this.#empty(session);
  }

  /**
   * Waits for something to send. A second poll of a session answers the first one empty.
   * The signal ends the wait; what had been put into an answer by then is in that answer.
   */
  poll(workerId: string, slots: number, signal: AbortSignal): Promise<PollAnswer> {
    const session = this.#sessions.get(workerId);
    if (session === undefined) return Promise.resolve({ tasks: [], stop: [] });
    session.slots = slots;
    if (session.waiting !== undefined) this.#answer(session);
    return new Promise((resolve) => {
      const end = () => {
        if (session.waiting === answer) this.#answer(session);
      };
      const answer = (content: PollAnswer) => {
        signal.removeEventListener("abort", end);
        resolve(content);
      };
      session.waiting = answer;
      if (signal.aborted || session.outbox.length > 0 || session.stops.length > 0) this.#answer(session);
      else signal.addEventListener("abort", end, { once: true });
    });
  }

  /**
   * Answers after the present turn, so that all tasks of one group of commits travel in one answer.
   */
  #flushSoon(session: Session): void {
    if (session.waiting === undefined || this.#flushing.has(session)) return;
    this.#flushing.add(session);
    const flush = () => {
      this.#flushing.delete(session);
      if (session.outbox.length > 0 || session.stops.length > 0) this.#answer(session);
    };
    // The answer to a report that is committed in this turn goes before (D5).
    if (session.takers > 0) setImmediate(flush);
    else queueMicrotask(() => queueMicrotask(flush));
  }

  #answer(session: Session): void {
    const waiting = session.waiting;
    if (waiting === undefined) return;
    session.waiting = undefined;
    waiting(this.#empty(session));
  }

  #empty(session: Session): PollAnswer {
    session.listeningUntilMs = this.#nowMs() + LISTENING_MS;
    const answer = { tasks: session.outbox, stop: session.stops };
    session.outbox = [];
    session.stops = [];
    return answer;
  }
}

/** Whether the token had a place. */
function giveBack(session: Session, token: string): boolean {
  session.leased.delete(token);
  session.released.add(token);
  return session.tokens.delete(token);
}
