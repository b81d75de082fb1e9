/** The dashboard's client code: pages work without it, and with it are live. */

import { continueForms, prepareActions } from "./actions.js";
import { prepareContext } from "./context.js";
import { prepareCopying } from "./copy.js";
import { prepareKeys } from "./keys.js";
import { followLive } from "./live.js";
import { prepareTimeline } from "./timeline.js";

/** Everything that has to be done again when a part of the page has been replaced. */
function prepare() {
  prepareCopying(document);
  prepareTimeline(document);
  showLocalTimes(document);
}

/** Adds the reader's own time, with its zone, to what a time says when pointed at. */
function showLocalTimes(root) {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  for (const time of root.querySelectorAll("time[data-moment]:not([data-local])")) {
    time.dataset.local = "";
    time.title = `${time.title}\n${format.format(new Date(time.dateTime))}`;
  }
}

prepare();
prepareActions();
continueForms();
prepareContext(document);
prepareKeys();
followLive(() => {
  prepare();
  prepareContext(document);
});
