/** Forms: what was begun is not replaced, what cannot be undone is asked for again, lists are chosen at once. */

const CONTINUE_MS = 250;

export function prepareActions() {
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form");
    if (form?.closest("[data-region]") && !event.target.matches("[type=checkbox]")) form.dataset.begun = "";
    checkJson(event.target);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-all]")) {
      for (const box of target.form.querySelectorAll("input[name=id]")) box.checked = target.checked;
    }
    if (target.matches("[data-all], input[name=id]")) countChosen(target.form);
    if (target.matches("select[data-submit]")) target.form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const { submitter, target } = event;
    // A second press while the first is under way would do it twice.
    if (target.method === "post") setTimeout(() => submitter?.setAttribute("disabled", ""), 0);
  });
}

/** Goes on with what is done page by page; a moment later, so that the reader sees how far it is, and may stop. */
export function continueForms() {
  const form = document.querySelector("form[data-continue]");
  if (form !== null) setTimeout(() => form.requestSubmit(), CONTINUE_MS);
}

/** Says at once when a text is no JSON. */
function checkJson(field) {
  if (!field.matches("textarea[data-json]")) return;
  let message = "";
  if (field.value.trim() !== "") {
    try {
      JSON.parse(field.value);
    } catch (error) {
      message = `Not JSON: ${error.message}`;
    }
  }
  field.setCustomValidity(message);
  field.setAttribute("aria-invalid", String(message !== ""));
  const note = document.getElementById(`${field.id}-note`);
  if (note !== null) note.textContent = message;
}

function countChosen(form) {
  const count = form.querySelectorAll("input[name=id]:checked").length;
  const note = form.querySelector("[data-chosen]");
  if (note !== null) note.textContent = count === 0 ? "None chosen" : `${count} chosen`;
}
