/** A bar for work that takes a while; nothing where no person watches. */

import { Presets, SingleBar } from "cli-progress";
import type { Terminal } from "./terminal.ts";

export class Progress {
  readonly #bar: SingleBar | undefined;

  /** `total` of 0 shows nothing. */
  constructor(terminal: Terminal, what: string, total: number) {
    if (!terminal.isTerminal || total === 0) return;
    this.#bar = new SingleBar({
      format: `${what} ${terminal.style("cyan", "{bar}")} {value}/{total} {eta_formatted}`,
      hideCursor: true,
      clearOnComplete: true,
    }, Presets.shades_classic);
    this.#bar.start(total, 0);
  }

  step(count = 1): void {
    this.#bar?.increment(count);
  }
  end(): void {
    this.#bar?.stop();
  }
}
