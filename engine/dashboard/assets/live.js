/**
 * Follows the engine's live stream, which says that something has changed; what has, the page itself tells.
 *
 * The browser reconnects by itself. After each connection the page is looked at again, so that nothing is missed.
 */

import { refreshRegions } from "./regions.js";

/** The least time between two looks: fast enough to see each step, slow enough for an engine with many viewers. */
const PAUSE_MS = 120;
const RECONNECT_MS = 2_000;

export function followLive(replaced) {
  const main = document.querySelector("main[data-live]");
  if (main === null) return;
  const state = document.getElementById("live-state");
  const announcer = document.getElementById("announcer");
  const look = oneAtATime(async () => {
    const before = stateWords();
    if (await refreshRegions()) {
      replaced();
      const after = stateWords();
      if (after !== "" && after !== before) announcer.textContent = after;
    }
  });

  let source;
  const show = (text, kind) => {
    state.textContent = text;
    state.className = kind;
  };
  const connect = () => {
    source = new EventSource(main.dataset.live);
    source.addEventListener("open", () => {
      show("Live", "live");
      look();
    });
    source.addEventListener("changed", look);
    source.addEventListener("ended", () => {
      source.close();
      look();
      show("Ended: no more changes", "");
    });
    source.addEventListener("error", () => {
      show("Reconnecting to the engine …", "lost");
      // The browser tries again unless the answer was no stream at all.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MS);
    });
  };
  connect();
  // A page kept for going back must not hold a connection.
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted) connect();
  });
}

/** Calls it at once; while it runs and for a pause after, further calls come to one. */
function oneAtATime(act) {
  let running = false;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      try {
        await act();
      } catch {
        // The engine is away: the stream will say when it is back.
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    } while (again);
    running = false;
  };
}

/** What a screen reader is told when it changes. */
function stateWords() {
  return document.querySelector("[data-announce]")?.dataset.announce ?? "";
}
