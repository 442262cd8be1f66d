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

// Filters apply as soon as one is chosen; who chooses by keyboard goes on from there.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-filters]");
  if (!form || !(event.target.tagName === "SELECT" || event.target.type === "checkbox")) return;
  sessionStorage.setItem("chosen", event.target.name);
  form.requestSubmit();
});
document.querySelector(`form[data-filters] [name="${sessionStorage.getItem("chosen")}"]`)?.focus();
sessionStorage.removeItem("chosen");

// A long choice is narrowed by a part of a name: who alone is left is chosen, and nobody who was left out.
const narrowed = (words) => words.matches("[data-narrows]") && words.parentElement.querySelector("select");
document.addEventListener("input", ({ target }) => {
  const choice = narrowed(target);
  if (!choice) return;
  const part = target.value.trim().toLowerCase();
  for (const option of choice.options) option.hidden = !option.text.toLowerCase().includes(part);
  const left = [...choice.options].filter((option) => option.value && !option.hidden);
  if (choice.selectedOptions[0]?.hidden ?? true) choice.value = left.length === 1 ? left[0].value : "";
});
document.addEventListener("keydown", (event) => {
  const choice = event.key === "Enter" && narrowed(event.target);
  if (!choice) return;
  event.preventDefault(); // who looks for a name hasn't sent the form
  choice.focus();
});

// A text of one's own goes under what was written already, and takes nothing away.
document.addEventListener("click", (event) => {
  const text = event.target.closest("[data-insert]");
  const area = text?.closest("form")?.querySelector("textarea");
  if (!area) return;
  event.preventDefault();
  area.value = [area.value.trimEnd(), text.dataset.insert].filter(Boolean).join("\n").slice(0, area.maxLength);
  area.focus();
});

// What is private in a recording: dragged over its shape, told by the player's place, or typed. The fields are the truth.
const privateForm = (inside) => inside?.closest(".player")?.querySelector("form[data-private]");
function choose(form, begins, ends) {
  form.elements.begins.value = Math.min(begins, ends).toFixed(1);
  form.elements.ends.value = Math.max(begins, ends).toFixed(1);
  showChosen(form);
}
function showChosen(form) {
  const wave = form.closest(".player").querySelector("svg.wave");
  const [begins, ends] = [Number(form.elements.begins.value), Number(form.elements.ends.value)];
  if (!wave) return;
  const scale = wave.viewBox.baseVal.width / Number(wave.dataset.seconds);
  const chosen = wave.querySelector(".chosen");
  chosen.setAttribute("x", begins * scale);
  chosen.setAttribute("width", Math.max(0, ends - begins) * scale);
}
document.addEventListener("pointerdown", (event) => {
  const wave = event.target.closest?.("svg.wave");
  const form = privateForm(wave);
  if (!form) return;
  const second = (at) => {
    const box = wave.getBoundingClientRect();
    return Math.min(1, Math.max(0, (at.clientX - box.left) / box.width)) * Number(wave.dataset.seconds);
  };
  const from = second(event);
  const drag = (at) => { form.closest("details").open = true; choose(form, from, second(at)); };
  const done = () => { document.removeEventListener("pointermove", drag); };
  event.preventDefault();
  document.addEventListener("pointermove", drag);
  document.addEventListener("pointerup", done, { once: true });
});
document.addEventListener("click", (event) => {
  const here = event.target.closest("[data-here]");
  const form = privateForm(here);
  if (!form) return;
  form.elements[here.dataset.here].value = form.closest(".player").querySelector("audio").currentTime.toFixed(1);
  showChosen(form);
});
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-private]");
  if (form) showChosen(form);
});

// A mark under a recording's shape leads the player there.
document.addEventListener("click", (event) => {
  const mark = event.target.closest("[data-seek]");
  const audio = mark?.closest(".player")?.querySelector("audio");
  if (!audio) return;
  audio.currentTime = Number(mark.dataset.seek);
  audio.play();
});
