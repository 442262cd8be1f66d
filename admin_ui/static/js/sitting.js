// A sitting by keyboard: up and down go from one tick to the next; a part can be ticked as a whole once it was read.
const form = document.getElementById("sitting");
const ticks = () => [...form.querySelectorAll("input.still")];
const tally = document.getElementById("tally");

function count() {
  const all = ticks();
  tally.textContent = `${tally.dataset.said} ${all.filter((t) => t.checked).length} / ${all.length}`;
}

form.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !event.target.classList.contains("still")) return;
  const all = ticks();
  const next = all[all.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
});

for (const button of form.querySelectorAll("[data-tick]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const own = [...form.querySelectorAll(`tbody[data-part="${button.dataset.tick}"] input.still`)];
    const on = own.some((t) => !t.checked);
    own.forEach((t) => { t.checked = on; });
    count();
  });
}

form.addEventListener("change", count);
count();
