// Plays what the machine says, notes what was heard to its end, and records a prompt by the browser's microphone.
const player = document.getElementById("voice-player");
let row = null;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-play]");
  if (!button) return;
  row = button.closest("tr");
  player.src = button.dataset.play;
  player.play();
});

player.addEventListener("ended", () => {
  const form = row?.querySelector("form.heard");
  if (form) htmx.trigger(form, "submit");
});

// What the browser recorded becomes a WAV of 16 bits, whatever the browser writes by itself.
function wav(sound) {
  const samples = sound.getChannelData(0);
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at, letters) => [...letters].forEach((c, n) => view.setUint8(at + n, c.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + samples.length * 2, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, sound.sampleRate, true); view.setUint32(28, sound.sampleRate * 2, true);
  view.setUint16(32, 2, true); view.setUint16(34, 16, true); text(36, "data"); view.setUint32(40, samples.length * 2, true);
  samples.forEach((s, n) => view.setInt16(44 + n * 2, Math.max(-1, Math.min(1, s)) * 32767, true));
  return new File([view], "recorded.wav", { type: "audio/wav" });
}

const recorder = document.getElementById("recorder");
if (recorder) {
  const [start, stop] = ["[data-record]", "[data-stop]"].map((which) => recorder.querySelector(which));
  const said = recorder.querySelector("[data-said]");
  const show = (recording, words) => { start.hidden = recording; stop.hidden = !recording; said.textContent = words; };
  // A telephone's microphone isn't improved upon: what the browser would filter, it filters out of the voice too.
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

  start.addEventListener("click", async () => {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: plain });
    } catch {
      show(false, recorder.dataset.denied);
      return;
    }
    const parts = [];
    const machine = new MediaRecorder(stream);
    machine.addEventListener("dataavailable", (event) => parts.push(event.data));
    machine.addEventListener("stop", async () => {
      stream.getTracks().forEach((track) => track.stop());
      const whole = await new Blob(parts).arrayBuffer();
      const files = new DataTransfer();
      files.items.add(wav(await new AudioContext().decodeAudioData(whole)));
      recorder.elements.sound.files = files.files;
      show(false, recorder.dataset.recorded);
    });
    stop.onclick = () => machine.stop();
    machine.start();
    show(true, recorder.dataset.recording);
  });
}
