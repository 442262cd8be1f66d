// Copies the few files that the pages load out of node_modules into static/vendor.
import { copyFileSync, mkdirSync } from "node:fs";

const files = [
  "bootstrap/dist/css/bootstrap.min.css",
  "bootstrap/dist/js/bootstrap.bundle.min.js",
  "htmx.org/dist/htmx.min.js",
];
const here = new URL(".", import.meta.url);
mkdirSync(new URL("static/vendor/", here), { recursive: true });
for (const file of files) {
  copyFileSync(new URL(`node_modules/${file}`, here), new URL(`static/vendor/${file.split("/").pop()}`, here));
}
