// The public pages work without this: it keeps a form from being sent twice, and offers printing.
document.addEventListener("submit", (event) => {
  if (event.target.hasAttribute("data-once")) {
    setTimeout(() => event.target.querySelectorAll("button").forEach((b) => { b.disabled = true; }));
  }
});
addEventListener("pageshow", () => document.querySelectorAll("[data-once] button").forEach((b) => { b.disabled = false; }));
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});
document.querySelector("[role=alert]")?.focus();
