// Microphone and loudspeaker: those that were chosen on this computer, if they are plugged in; else the browser's own.
// A device is remembered by its name: browsers give it another id now and then.
const kept = (kind) => `phone-${kind}`;
const now = {}; // the id of what is used, by kind; none: the browser's own

export const constraint = () => ({ audio: now.audioinput ? { deviceId: now.audioinput } : true, video: false });

// Fill the panel's choices; whether there is a microphone at all.
export async function list(panel) {
  const devices = await navigator.mediaDevices.enumerateDevices();
  for (const choice of panel.querySelectorAll("select[data-device]")) {
    const there = devices.filter(({ kind, label, deviceId }) => kind === choice.dataset.device && label && deviceId !== "default");
    choice.replaceChildren(choice.options[0], ...there.map(({ label, deviceId }) => new Option(label, deviceId)));
    choice.value = there.find(({ kind, label }) => label === localStorage.getItem(kept(kind)))?.deviceId ?? "";
    choice.disabled = !there.length;
    use(panel, choice);
  }
  return devices.some(({ kind }) => kind === "audioinput");
}

function use(panel, choice) {
  now[choice.dataset.device] = choice.value;
  if (choice.dataset.device === "audiooutput") panel.querySelector("audio").setSinkId?.(choice.value).catch(() => {});
}

export function choose(panel, choice) {
  localStorage.setItem(kept(choice.dataset.device), choice.value && choice.selectedOptions[0].label);
  use(panel, choice);
}
