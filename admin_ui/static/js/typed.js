// What somebody typed isn't lost: not by a refusal, an expired page, a session that ended or a server that was away, and
// not where he sent another form of the page or looked elsewhere. This tab keeps it, for himself alone, until he sees the
// form again or signs out; nothing hidden, no password, no file.
const KEPT = "typed";
const who = document.body.dataset.who;
const NEVER = ["hidden", "password", "file", "submit", "button", "reset"];
const here = [...document.forms].filter((form) => form.method === "post" && !form.hasAttribute("hx-post"));
const goesTo = (form) => new URL(form.getAttribute("action") ?? "", location).pathname;
const keyOf = (form) => `${goesTo(form)} ${here.filter((one) => goesTo(one) === goesTo(form)).indexOf(form)}`;
const at = (field) => (["checkbox", "radio"].includes(field.type) ? "checked" : "value");
let sent;

function fieldsOf(form) {
  const seen = {};
  return [...form.elements].filter((field) => field.name && !NEVER.includes(field.type)).map((field) => {
    seen[field.name] = (seen[field.name] ?? 0) + 1;
    return [`${field.name} ${seen[field.name]}`, field];
  });
}

const written = new Set();
document.addEventListener("input", ({ target }) => { if (here.includes(target.form)) written.add(target.form); });
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !here.includes(event.target)) return;
  sent = event.target;
  written.add(sent);
});
addEventListener("pagehide", () => {
  if (sent?.hasAttribute("data-forget")) sessionStorage.removeItem(KEPT);
  else if (who) {
    const values = (form) => Object.fromEntries(fieldsOf(form).map(([name, field]) => [name, field[at(field)]]));
    for (const form of written) kept[keyOf(form)] = { who, typed: values(form), missed: form !== sent };
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  }
});

function giveBack(form, typed) {
  const lost = fieldsOf(form).filter(([name, field]) => name in typed && typed[name] !== field[at(field)]);
  if (!lost.length) return;
  for (const [name, field] of lost) field[at(field)] = typed[name];
  form.closest("details")?.setAttribute("open", "");
  const said = Object.assign(document.createElement("p"), { className: "alert alert-warning" });
  said.setAttribute("role", "status");
  said.textContent = document.body.dataset.saidKept;
  form.before(said);
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

const missed = !who || document.querySelector(".trouble-code"); // nothing was taken, and the form isn't here
const refused = !document.querySelector(".alert-success") && document.querySelector("main .alert-danger, main .late[role=alert]");
const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
for (const form of who ? here : []) {
  const one = kept[keyOf(form)];
  if (one?.who === who && (one.missed || refused)) giveBack(form, one.typed);
  delete kept[keyOf(form)];
}
for (const [key, one] of Object.entries(kept)) {
  if (missed) one.missed = true;
  else if (!one.missed || one.who !== who) delete kept[key];
}
sessionStorage.setItem(KEPT, JSON.stringify(kept));
