// Copies the few files that the pages load out of node_modules into static/vendor; JsSIP, which comes in many, as one.
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

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
const { name, version, license, homepage } = JSON.parse(readFileSync(new URL("node_modules/jssip/package.json", here)));
buildSync({
  absWorkingDir: fileURLToPath(here), entryPoints: ["node_modules/jssip/lib/JsSIP.js"], outfile: "static/vendor/jssip.min.js",
  bundle: true, format: "esm", minify: true, charset: "utf8", logLevel: "warning",
  banner: { js: `/*! ${name} ${version}, ${license}, ${homepage} */` },
});
