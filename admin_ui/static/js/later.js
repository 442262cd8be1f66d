// What a search by meaning adds comes a moment after the rest. It takes nothing from under anybody's hands: it's left
// away while the list has the focus or the pointer, or an answer in it stands open.
const inUse = (list) => list.contains(document.activeElement) || list.matches(":hover") || list.querySelector("details[open]");
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig.elt.hasAttribute("data-later") && inUse(detail.target)) detail.shouldSwap = false;
});
