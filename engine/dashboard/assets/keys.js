/** The keyboard: `/` goes to the search, j and k go through lists, g and a letter goes to a page. */

const PAGES = { o: "/", i: "/instances", d: "/definitions", s: "/schedules", w: "/workers" };
/** A second key counts as part of the first for so long. */
const SEQUENCE_MS = 1_000;

export function prepareKeys() {
  let awaitingUntil = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") !== null) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.timeStamp < awaitingUntil && PAGES[event.key] !== undefined) {
      location.href = PAGES[event.key];
      return;
    }
    if (event.key === "g") awaitingUntil = event.timeStamp + SEQUENCE_MS;
    else if (event.key === "j" || event.key === "k") moveInList(event.key === "j" ? 1 : -1);
    else {
      const field = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (field === null) return;
      event.preventDefault();
      field.focus();
    }
  });
}

function moveInList(step) {
  const links = [...document.querySelectorAll("a[data-row]")];
  if (links.length === 0) return;
  const at = links.indexOf(document.activeElement);
  links[Math.min(links.length - 1, Math.max(0, at + step))].focus();
}
