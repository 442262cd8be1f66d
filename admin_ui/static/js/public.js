// The public pages work without this: it keeps a form from being sent twice, offers printing, and asks whether an
// answer was the right one also where nothing but the typing led to it.
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
// What was searched for goes with its reader to the answer without standing in an address: this tab alone keeps it.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-asked] a");
  if (link) sessionStorage.setItem(link.pathname, link.closest("[data-asked]").dataset.asked);
});
document.addEventListener("submit", (event) => {
  if (event.target.id === "opinion") sessionStorage.removeItem(location.pathname);
});
const opinion = document.querySelector("[data-opinion]");
const mark = opinion && sessionStorage.getItem(location.pathname);
if (mark) {
  fetch(opinion.dataset.opinion, { method: "POST", body: new URLSearchParams({ mark }) })
    .then((answer) => (answer.ok ? answer.text() : ""))
    .then((form) => { opinion.innerHTML = form; })
    .catch(() => {});
}
document.querySelector("[role=alert]")?.focus();
