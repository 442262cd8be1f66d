// The telephone's panel: shows how it is and passes on what is pressed. The first desk that a browser opened has the
// telephone itself; the panels of all other tabs hear of it, and press its buttons from there.
import * as devices from "./devices.js";

const panel = document.getElementById("phone");
const wire = new BroadcastChannel(`phone-${panel.dataset.number}`);
const title = document.title;
const SHORTCUTS = { F8: "answer", F9: "hang_up", F2: "mute" };
const busy = (how) => how.state === "ringing" || how.state === "talking";
const NONE = { answer() {}, hang_up() {}, mute() {}, key() {}, stop() {} };
const WHY = { 409: { why: "displaced" }, 502: { why: "unreachable", again: true }, away: { why: "server", again: true } };
const AGAIN = 10_000; // milliseconds after which a telephone that no exchange could be told of is tried again
let own = null; // the telephone, where this tab has it
let mark = "", later = 0;
let last = { state: "connecting" };

function show(how) {
  last = how;
  panel.dataset.state = how.state;
  panel.hidden = !panel.dataset.signIn && !busy(how);
  for (const words of panel.querySelectorAll("[data-when]")) words.hidden = words.dataset.when !== (how.why ?? how.state);
  for (const part of panel.querySelectorAll("[data-during]")) part.hidden = !part.dataset.during.split(" ").includes(how.state);
  panel.querySelector("[data-press=mute]").setAttribute("aria-pressed", String(how.why === "muted"));
  document.title = how.state === "ringing" ? `☎ ${title}` : title;
}

function say(how) {
  show(how);
  wire.postMessage({ how });
}

function press(deed, key) {
  if (own) own[deed](key); else wire.postMessage({ deed, key });
}

// A password is made for this desk, and lasts as long as a session without a click; this is none. `mark` is of the last one.
async function password() {
  const token = JSON.parse(document.body.getAttribute("hx-headers"));
  const asked = { method: "POST", headers: { ...token, "HX-Trigger-Kind": "background" }, body: new URLSearchParams({ after: mark }) };
  const told = await fetch(panel.dataset.signIn, { ...asked, cache: "no-store", redirect: "manual" }).catch(() => ({ status: "away" }));
  if (!told.ok) return WHY[told.status] ?? { why: "server" }; // a session that is over leads elsewhere
  const made = await told.json();
  mark = made.mark;
  return made;
}

async function begin() {
  clearTimeout(later);
  say({ state: "connecting" });
  own?.stop();
  own = { ...NONE, again: begin };
  mark = "";
  try {
    const heard = await navigator.mediaDevices.getUserMedia({ audio: true });
    await devices.list(panel);
    heard.getTracks().forEach((track) => track.stop());
  } catch { return say({ state: "closed", why: "microphone" }); }
  try {
    const [{ telephone }, told] = await Promise.all([import("./telephone.js"), password()]);
    if (told.secret) own = { ...telephone(told, panel.querySelector("audio"), say, password), again: begin };
    else say({ state: "closed", why: told.why });
    if (told.again) later = setTimeout(begin, AGAIN);
  } catch { say({ state: "closed", why: "server" }); }
}

wire.onmessage = ({ data: { how, deed, key, asked } }) => {
  if (how && !own) show(how);
  if (deed && own) own[deed](key);
  if (asked && own) wire.postMessage({ how: last });
};
wire.postMessage({ asked: true });

panel.addEventListener("click", (event) => {
  const button = event.target.closest("[data-press]");
  if (button) press(button.dataset.press, button.dataset.key);
});
panel.addEventListener("change", (event) => devices.choose(panel, event.target));
document.addEventListener("keydown", (event) => {
  const button = panel.querySelector(`[data-press=${SHORTCUTS[event.key]}]`);
  if (!button || button.hidden || event.repeat || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  press(button.dataset.press);
});

// Whoever leaves this page takes the telephone with him: what leads elsewhere opens beside it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!own || last.state === "closed" || !link || link.origin !== location.origin) return;
  if (link.pathname !== location.pathname) link.target ||= "_blank";
});
addEventListener("beforeunload", (event) => {
  if (own && busy(last)) event.preventDefault();
});
addEventListener("pagehide", () => {
  if (own) wire.postMessage({ how: { state: "closed", why: "left" } });
});

// Without a microphone nobody is to be rung; it is plugged in, and one is.
navigator.mediaDevices?.addEventListener("devicechange", async () => {
  if (!own || busy(last)) return;
  const there = await devices.list(panel);
  if (there && last.why === "microphone") begin();
  if (there || last.why === "microphone") return;
  own.stop();
  say({ state: "closed", why: "microphone" });
});

if (panel.dataset.signIn) {
  if (navigator.locks && navigator.mediaDevices) {
    navigator.locks.request(`phone-${panel.dataset.number}`, () => { begin(); return new Promise(() => {}); }); // kept to the end
  } else {
    show({ state: "closed", why: "insecure" });
  }
}
