// Handing in a file: says which one was chosen, marks the place while one is dragged over it, stops one that is too large.
const form = document.querySelector("form[data-upload]");
const place = form.querySelector(".drop");
const chosen = form.querySelector("[data-chosen]");

const tell = () => {
  const file = form.elements.file.files[0];
  const large = file && file.size > Number(form.dataset.largest);
  chosen.textContent = large ? form.dataset.saidLarge : file ? file.name : "";
  chosen.classList.toggle("large", Boolean(large));
  form.elements.file.setCustomValidity(large ? form.dataset.saidLarge : "");
};
form.addEventListener("change", tell);
tell(); // somebody quick chose before this was loaded
["dragenter", "dragover"].forEach((kind) => place.addEventListener(kind, () => place.classList.add("over")));
["dragleave", "drop"].forEach((kind) => place.addEventListener(kind, () => place.classList.remove("over")));
