// One stream for all the tabs of a browser: it hears the server and passes on what it heard.
const SILENCE = 25000; // milliseconds without a word after which the stream is taken to be dead
const ports = new Set();
let source = null;
let address = null;
let state = "blind";
let heard = Date.now();

function pass(message) {
  for (const port of ports) port.postMessage(message);
}

function become(next) {
  heard = Date.now();
  state = next;
  pass({ state });
}

function open() {
  if (source) source.close();
  source = new EventSource(address);
  source.addEventListener("live", () => become("live"));
  source.addEventListener("blind", () => become("blind"));
  source.addEventListener("desk", (event) => {
    heard = Date.now();
    pass({ state, event: JSON.parse(event.data) });
  });
  source.addEventListener("error", () => become("blind"));
}

setInterval(() => {
  if (!address || Date.now() - heard < SILENCE) return;
  become("blind");
  open();
}, 5000);

onconnect = (connection) => {
  const port = connection.ports[0];
  ports.add(port);
  port.onmessage = (message) => {
    if (message.data === "bye") { ports.delete(port); return; }
    address = message.data;
    if (!source) open(); else port.postMessage({ state });
  };
};
