// Rings until the function that it gives back is called: 450 Hz, one second of five, as telephones do here.
export function ring() {
  const sound = new AudioContext();
  const tone = new OscillatorNode(sound, { frequency: 450 });
  const loud = new GainNode(sound, { gain: 0 });
  tone.connect(loud).connect(sound.destination);
  const strike = () => {
    loud.gain.setValueAtTime(0.2, sound.currentTime);
    loud.gain.setValueAtTime(0, sound.currentTime + 1);
  };
  tone.start();
  strike();
  const beat = setInterval(strike, 5000);
  return () => {
    clearInterval(beat);
    if (sound.state !== "closed") sound.close();
  };
}
