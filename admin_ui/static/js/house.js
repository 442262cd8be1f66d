// What every page does: says when a request failed, asks before what can't be undone, guards against a second click.
const said = document.getElementById("said");

function say(text) {
  said.textContent = text;
  said.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { said.hidden = true; }, 6000);
}

document.body.addEventListener("htmx:sendError", () => say(document.body.dataset.saidLost));
document.body.addEventListener("htmx:responseError", () => say(document.body.dataset.saidRefused));

// What a page asks by itself doesn't keep a session alive.
document.body.addEventListener("htmx:configRequest", (event) => {
  const own = event.detail.triggeringEvent;
  if (!own || !own.isTrusted) event.detail.headers["HX-Trigger-Kind"] = "background";
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.ask && !confirm(form.dataset.ask)) {
    event.preventDefault();
    return;
  }
  if (form.method === "post" && !form.hasAttribute("hx-post")) {
    setTimeout(() => form.querySelectorAll("button").forEach((b) => { b.disabled = true; }));
  }
});

// Filters apply as soon as one is chosen.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-filters]");
  if (form && event.target.tagName === "SELECT") form.requestSubmit();
});

// A mark under a recording's shape leads the player there.
document.addEventListener("click", (event) => {
  const mark = event.target.closest("[data-seek]");
  const audio = mark?.closest(".player")?.querySelector("audio");
  if (!audio) return;
  audio.currentTime = Number(mark.dataset.seek);
  audio.play();
});
