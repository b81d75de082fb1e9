/** Dragging through time: the context as it was after each record. */

/** While one is fetched, only the last that was asked for is fetched next. */
let wanted;
let fetching = false;

export function prepareContext(root) {
  const slider = root.querySelector("#context-at:not([data-ready])");
  if (slider === null) return;
  slider.dataset.ready = "";
  slider.addEventListener("input", () => show(slider));
}

async function show(slider) {
  wanted = slider.value;
  slider.closest("form").dataset.begun = "";
  if (fetching) return;
  fetching = true;
  while (wanted !== undefined) {
    const at = wanted;
    wanted = undefined;
    const place = document.getElementById("context-value");
    try {
      const response = await fetch(`${slider.dataset.url}?at=${at}`, { headers: { accept: "text/html" } });
      if (!response.ok) continue;
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      place.replaceChildren(...fresh.body.childNodes);
      // At the end of the history, the newest is followed again.
      if (slider.value === slider.max) delete slider.closest("form").dataset.begun;
    } catch {
      place.textContent = "The engine cannot be reached.";
    }
  }
  fetching = false;
}
