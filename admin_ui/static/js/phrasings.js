// Deciding on phrasings by the dozen: J and K move, A approves, R refuses, X retires, O opens the entry.
const list = document.querySelector("[data-phrasings]");
const told = document.querySelector("[data-phrasings-said]");

function open() {
  return [...list.querySelectorAll("[data-phrasing]")];
}

function current() {
  return document.activeElement.closest("[data-phrasing]");
}

function move(step) {
  const rows = open();
  if (!rows.length) return;
  const at = rows.indexOf(current());
  rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)].focus();
}

function decide(row, key) {
  const button = row.querySelector(`[data-key="${key}"]`);
  if (!button) return;
  const rows = open();
  list.dataset.next = String(rows.indexOf(row));
  button.closest("form").requestSubmit(button);
}

if (list) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "arrowdown") { event.preventDefault(); move(1); return; }
    if (key === "k" || key === "arrowup") { event.preventDefault(); move(-1); return; }
    const row = current();
    if (!row) return;
    if (key === "o") row.querySelector("[data-open]").click();
    else if ("arx".includes(key)) { event.preventDefault(); decide(row, key); }
  });

  // The decided line took the place of the row: go on with the next one.
  document.body.addEventListener("htmx:afterSwap", () => {
    const line = [...list.querySelectorAll("[data-phrasing-decided]")].pop();
    if (told && line) told.textContent = line.textContent.trim();
    if (list.dataset.next === undefined) return;
    const rows = open();
    const at = Number(list.dataset.next);
    delete list.dataset.next;
    if (rows.length) rows[Math.min(at, rows.length - 1)].focus();
    else location.reload();
  });

  move(0);
}
