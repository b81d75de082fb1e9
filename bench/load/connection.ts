/**
 * One HTTP/1.1 connection over loopback, one request at a time: as lean as the peers' harness has it, because the load
 * shares its cores with what it measures.
 */

import { connect, type Socket } from "node:net";
import { Buffer } from "node:buffer";

interface Pending {
  resolve: (body: Uint8Array) => void;
  reject: (error: Error) => void;
}

export class Connection {
  readonly #socket: Socket;
  readonly #host: string;
  #received: Buffer = Buffer.alloc(0);
  #pending: Pending | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    socket.on("error", (error: Error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("The connection was closed")));
  }

  static async open(url: string): Promise<Connection> {
    const { hostname, port, host } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new Connection(socket, host);
  }

  /** Posts a message of Connect's binary format; resolves with the body of the answer, unless it is an error. */
  post(path: string, body: Uint8Array): Promise<Uint8Array> {
    if (this.#pending !== undefined) throw new Error("One request at a time");
    const head = `POST ${path} HTTP/1.1\r\nhost: ${this.#host}\r\ncontent-type: application/proto\r\n` +
      `content-length: ${body.length}\r\n\r\n`;
    const bytes = Buffer.allocUnsafe(head.length + body.length);
    bytes.write(head, "latin1");
    bytes.set(body, head.length);
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.#pending = undefined;
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = this.#received.toString("latin1", 0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) return this.#fail(new Error(`An answer without its length: ${head}`));
    const bodyEnd = headEnd + 4 + Number(length);
    if (this.#received.length < bodyEnd) return;
    const body = this.#received.subarray(headEnd + 4, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    const pending = this.#pending;
    this.#pending = undefined;
    if (head[9] === "2") pending?.resolve(body);
    else pending?.reject(new Error(`${head.split("\r\n")[0]}: ${body.toString()}`));
  }

  #fail(error: Error): void {
    this.#pending?.reject(error);
    this.#pending = undefined;
  }
}
