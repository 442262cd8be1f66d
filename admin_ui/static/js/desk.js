// The desk listens; on each event it fetches what lies on it. Without events it looks by itself.
const desk = document.getElementById("desk");
const LOOK = 5000; // milliseconds between looks while no events come
const ALIVE = 15000; // milliseconds between looks at the line: how many wait; they also keep a ready operator signed in
let state = "";

function look() { htmx.trigger(document.body, "desk"); }

function hear({ state: now, event }) {
  if (now !== state) {
    state = now;
    document.body.classList.toggle("is-blind", state !== "live");
    document.body.classList.toggle("is-live", state === "live");
    look(); // what happened in between is on the card
  }
  if (event) {
    document.dispatchEvent(new CustomEvent("hotline:event", { detail: event }));
    look();
  }
}

function listen() {
  if (window.SharedWorker) {
    const worker = new SharedWorker(desk.dataset.worker, { name: `desk-${desk.dataset.account}` });
    worker.port.onmessage = (message) => hear(message.data);
    worker.port.postMessage(desk.dataset.events);
    addEventListener("pagehide", () => worker.port.postMessage("bye"));
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
    return;
  }
  const source = new EventSource(desk.dataset.events);
  source.addEventListener("live", () => hear({ state: "live" }));
  source.addEventListener("blind", () => hear({ state: "blind" }));
  source.addEventListener("error", () => hear({ state: "blind" }));
  source.addEventListener("desk", (event) => hear({ state, event: JSON.parse(event.data) }));
}

setInterval(() => { if (state !== "live") look(); }, LOOK);
setInterval(() => htmx.trigger(document.body, "desk-line"), ALIVE);

// A form that is being filled in isn't replaced by the next call.
const newer = document.getElementById("newer");
const dirty = () => document.querySelector("#card [name=dirty]");
document.addEventListener("input", (event) => { if (event.target.closest("[data-draft]")) dirty().value = "1"; });
document.body.addEventListener("newer", () => { newer.hidden = false; });
document.getElementById("switch").addEventListener("click", () => { dirty().value = ""; newer.hidden = true; look(); });
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "card") newer.hidden = true;
  if (event.detail.target.id === "referral" && event.detail.xhr.status === 200 && dirty()) dirty().value = "";
});

document.addEventListener("click", (event) => {
  const to = event.target.closest("[data-refer-to]");
  if (!to) return;
  const choice = document.getElementById("refer-to");
  choice.value = to.dataset.referTo;
  const { title } = choice.form.elements;
  title.value ||= document.getElementById("looked-for").value;
  title.focus();
});

listen();
