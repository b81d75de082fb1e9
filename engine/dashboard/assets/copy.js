/** Buttons that copy the text beside them. */

export function prepareCopying(root) {
  if (navigator.clipboard === undefined) return;
  for (const place of root.querySelectorAll("[data-copy]:not([data-ready]), [data-copy-text]:not([data-ready])")) {
    place.dataset.ready = "";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${place.dataset.copyLabel ?? "this text"}`);
    button.addEventListener("click", async () => {
      const text = place.dataset.copyText ?? place.querySelector("code").textContent;
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Not allowed";
      }
      setTimeout(() => button.textContent = "Copy", 1_500);
    });
    place.append(button);
  }
}
