/**
 * Replaces the parts of the page that have changed on the server, and nothing else.
 *
 * What a reader is doing is kept: focus, open details, checked boxes, scroll positions, and forms that were begun.
 */

/** Last text of each region as the server sent it. */
const known = new Map();

for (const region of document.querySelectorAll("[data-region]")) known.set(region.id, region.outerHTML);

/** Fetches the page again and puts its changed regions in place. True when something has changed. */
export async function refreshRegions(signal) {
  const here = document.querySelector("main").dataset.here ?? location.href;
  const response = await fetch(here, { headers: { accept: "text/html" }, signal, redirect: "error" });
  if (!response.ok) return false;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  let changed = false;
  for (const next of fresh.querySelectorAll("[data-region]")) {
    const current = document.getElementById(next.id);
    const text = next.outerHTML;
    if (current === null || known.get(next.id) === text || isInUse(current)) continue;
    known.set(next.id, text);
    replace(current, next);
    changed = true;
  }
  return changed;
}

/** A form that the reader has begun to fill in stays as it is. */
function isInUse(region) {
  if (region.querySelector("form[data-begun], dialog[open]") !== null) return true;
  const focused = document.activeElement;
  return region.contains(focused) && focused.matches("input:not([type=checkbox]), textarea, select");
}

function replace(current, next) {
  const adopted = document.importNode(next, true);
  for (const details of current.querySelectorAll("details[data-name]")) {
    const same = adopted.querySelector(`details[data-name="${CSS.escape(details.dataset.name)}"]`);
    if (same !== null) same.open = details.open;
  }
  for (const box of current.querySelectorAll("input[type=checkbox]:checked")) {
    const same = adopted.querySelector(`input[name="${CSS.escape(box.name)}"][value="${CSS.escape(box.value)}"]`);
    if (same !== null) same.checked = true;
  }
  const scrolls = [...current.querySelectorAll(".scroll")].map((one) => [one.scrollLeft, one.scrollTop]);
  const path = focusPath(current);
  current.replaceWith(adopted);
  adopted.querySelectorAll(".scroll").forEach((one, index) => {
    if (scrolls[index] !== undefined) [one.scrollLeft, one.scrollTop] = scrolls[index];
  });
  if (path !== undefined) focusAt(adopted, path);
}

/** Where the focus is within an element, as the focused element's id or the places of its ancestors. */
function focusPath(root) {
  let element = document.activeElement;
  if (element === root || !root.contains(element)) return undefined;
  if (element.id !== "") return element.id;
  const path = [];
  for (; element !== root; element = element.parentElement) {
    path.unshift([...element.parentElement.children].indexOf(element));
  }
  return path;
}

function focusAt(root, path) {
  const element = typeof path === "string"
    ? document.getElementById(path)
    : path.reduce((at, index) => at?.children[index], root);
  element?.focus({ preventScroll: true });
}
