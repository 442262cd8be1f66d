// The telephone itself: signs in at the exchange, is rung, answered, muted, hung up. `say` hears how it is.
import JsSIP from "../vendor/jssip.min.js";
import { constraint } from "./devices.js";
import { ring } from "./ring.js";

const LASTS = 300; // seconds for which the exchange keeps a sign-in
const RENEWED = 120_000; // milliseconds after which it is renewed, when the exchange asks after us (every 30 seconds)
const TURN = 25_000; // milliseconds at least between two such questions
const TICK = 20_000, SLEPT = 90_000; // milliseconds; a page out of sight ticks once a minute
const SILENT = 5; // ticks without being asked after: somebody else has signed in as us
const AGAIN = 10_000; // milliseconds after which a sign-in that was not answered is tried again
const REFUSED = [401, 403, 404, 407];

export function telephone({ number, address, secret }, sound, say) {
  const agent = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(address)], uri: `sip:${number}@${new URL(address).hostname}`, password: secret,
    register_expires: LASTS, session_timers: false, user_agent: "sip",
  });
  let talk = null, quiet = () => {}, renewed = 0, asked = 0, ticked = Date.now(), silent = 0, gone = false;

  function stop() {
    gone = true;
    clearInterval(beat);
    agent.stop();
  }
  function close(why) {
    stop();
    say({ state: "closed", why });
  }
  function renew() {
    renewed = Date.now();
    agent.register();
  }
  function idle() {
    if (talk || gone) return;
    say(agent.isRegistered() ? { state: "ready" } : { state: "closed", why: "unreachable" });
  }
  const beat = setInterval(() => {
    const slept = Date.now() - ticked > SLEPT;
    ticked = Date.now();
    if (slept && agent.isConnected()) renew();
    else if (agent.isRegistered() && !talk && ++silent > SILENT) close("displaced");
  }, TICK);

  agent.on("connected", () => { renewed = Date.now(); });
  agent.on("disconnected", () => setTimeout(idle)); // it is told before the sign-in is held to be lost
  agent.on("registered", () => { silent = 0; idle(); });
  agent.on("registrationExpiring", renew);
  agent.on("registrationFailed", ({ response }) => {
    if (REFUSED.includes(response?.status_code) && !talk) return close("refused");
    setTimeout(idle);
    setTimeout(() => { if (!gone && agent.isConnected() && !agent.isRegistered()) renew(); }, AGAIN);
  });
  // Timers of a page that is out of sight sleep; the exchange's question wakes it, and who was displaced isn't asked. Out
  // of turn it may ask while somebody else signs in: whoever renewed then would take the place from him.
  agent.on("newOptions", () => {
    const inTurn = Date.now() - asked > TURN;
    asked = Date.now();
    silent = 0;
    if (inTurn && Date.now() - renewed > RENEWED) renew();
  });

  agent.on("newRTCSession", ({ originator, session }) => {
    if (originator !== "remote") return;
    if (talk) { session.terminate({ status_code: 486 }); return; }
    talk = session;
    quiet = ring();
    say({ state: "ringing" });
    session.on("peerconnection", ({ peerconnection }) => peerconnection.addEventListener("track", (event) => {
      sound.srcObject = new MediaStream([event.track]);
      sound.play();
    }));
    session.on("accepted", () => say({ state: "talking" }));
    session.on("getusermediafailed", () => close("microphone"));
    for (const end of ["ended", "failed"]) session.on(end, () => {
      quiet();
      talk = sound.srcObject = null;
      idle();
    });
  });

  agent.start();
  return {
    stop,
    answer() {
      if (!talk?.isInProgress()) return;
      quiet();
      talk.answer({ mediaConstraints: constraint() });
    },
    hang_up() { talk?.terminate(talk.isInProgress() ? { status_code: 486 } : {}); },
    mute() {
      if (!talk?.isEstablished()) return;
      if (talk.isMuted().audio) talk.unmute(); else talk.mute();
      say({ state: "talking", why: talk.isMuted().audio ? "muted" : undefined });
    },
    key(tone) { if (talk?.isEstablished()) talk.sendDTMF(tone, { transportType: "RFC2833" }); },
  };
}
