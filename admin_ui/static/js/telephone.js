// The telephone itself: signs in at each exchange, is rung, answered, muted, hung up. `say` hears how it is; `anew` gives
// the next password once the last one has come to its end, or says why there is none.
import { constraint } from "./devices.js";
import { ring } from "./ring.js";
import { signIn } from "./sign_in.js";

const JUST = 10_000; // milliseconds after which a password that is refused may have come to its end

export function telephone(told, sound, say, anew) {
  let talk = null, quiet = () => {}, gone = false, given = Date.now();
  const lines = told.addresses.map((address) => signIn(address, told, {
    changed: idle, called, refused, displaced: () => close("displaced"), busy: () => Boolean(talk),
  }));
  const there = () => lines.some((line) => line.there());

  function stop() {
    gone = true;
    for (const line of lines) line.stop();
  }
  function close(why) {
    stop();
    say({ state: "closed", why });
  }
  function idle() {
    if (talk || gone) return;
    say(there() ? { state: "ready" } : { state: "closed", why: "unreachable" });
  }
  async function refused(line) {
    if (gone) return;
    if (Date.now() - given < JUST) {
      if (there()) line.renewLater(); else close("refused");
      return;
    }
    given = Date.now();
    const { secret, why, again } = await anew();
    if (gone) return;
    if (secret) for (const one of lines) one.by(secret);
    if (secret) line.renew(); else if (again || talk) line.renewLater(); else close(why);
  }
  function called(session) {
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
  }

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
