// The telephone's sign-in at one exchange, kept up for as long as the page is there. `hears` is told what comes of it.
import JsSIP from "../vendor/jssip.min.js";

const LASTS = 300; // seconds for which the exchange keeps a sign-in
const RENEWED = 120_000; // milliseconds after which it is renewed, when the exchange asks after us (every 30 seconds)
const TURN = 25_000; // milliseconds at least between two such questions
const TICK = 20_000, SLEPT = 90_000; // milliseconds; a page out of sight ticks once a minute
const SILENT = 5; // ticks without being asked after: somebody else has signed in as us
const AGAIN = 10_000; // milliseconds after which a sign-in that was not answered is tried again
const REFUSED = [401, 403, 404, 407];

export function signIn(address, { number, secret }, hears) {
  const agent = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(address)], uri: `sip:${number}@${new URL(address).hostname}`, password: secret,
    register_expires: LASTS, session_timers: false, user_agent: "sip",
  });
  let renewed = 0, asked = 0, ticked = Date.now(), silent = 0, gone = false;

  function renew() {
    renewed = Date.now();
    agent.register();
  }
  function renewLater() {
    setTimeout(() => { if (!gone && agent.isConnected() && !agent.isRegistered()) renew(); }, AGAIN);
  }
  const beat = setInterval(() => {
    const slept = Date.now() - ticked > SLEPT;
    ticked = Date.now();
    if (slept && agent.isConnected()) renew();
    else if (agent.isRegistered() && !hears.busy() && ++silent > SILENT) hears.displaced();
  }, TICK);

  agent.on("connected", () => { renewed = Date.now(); });
  agent.on("disconnected", () => setTimeout(hears.changed)); // it is told before the sign-in is held to be lost
  agent.on("registered", () => { silent = 0; hears.changed(); });
  agent.on("registrationExpiring", renew);
  agent.on("registrationFailed", ({ response }) => {
    setTimeout(hears.changed);
    if (REFUSED.includes(response?.status_code) && !hears.busy()) hears.refused(own); else renewLater();
  });
  // Timers of a page that is out of sight sleep; the exchange's question wakes it, and who was displaced isn't asked. Out
  // of turn it may ask while somebody else signs in: whoever renewed then would take the place from him.
  agent.on("newOptions", () => {
    const inTurn = Date.now() - asked > TURN;
    asked = Date.now();
    silent = 0;
    if (inTurn && Date.now() - renewed > RENEWED) renew();
  });
  agent.on("newRTCSession", ({ originator, session }) => { if (originator === "remote") hears.called(session); });

  const own = {
    renewLater,
    there: () => agent.isRegistered(),
    by(another) { agent.set("password", another); },
    renew() { if (!gone && agent.isConnected()) renew(); },
    stop() {
      gone = true;
      clearInterval(beat);
      agent.stop();
    },
  };
  agent.start();
  return own;
}
