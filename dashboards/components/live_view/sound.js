// What is heard. The athlete lies face up: tones differ by number, direction and shape, not by pitch alone.

// [frequency Hz, start s, length s, shape]
const TONES = {
  good: [[660, 0, 0.09, "sine"], [990, 0.09, 0.14, "sine"]],
  W2: [[1320, 0, 0.07, "square"], [1320, 0.1, 0.07, "square"], [1320, 0.2, 0.12, "square"]],
  tuck: [[440, 0, 0.12, "triangle"], [440, 0.17, 0.12, "triangle"]],
  W4: [[700, 0, 0.12, "sawtooth"], [350, 0.12, 0.22, "sawtooth"]],
  tick: [[880, 0, 0.06, "sine"]],
  up: [[440, 0, 0.1, "sine"], [660, 0.1, 0.14, "sine"]],
  down: [[660, 0, 0.1, "sine"], [440, 0.1, 0.14, "sine"]],
  hold: [[550, 0, 0.3, "sine"]],
  other: [[520, 0, 0.16, "triangle"]],
};
const LOUDNESS = 0.35;

export function toneOf(warning) {
  if (warning === "W2" || warning === "W4") return warning;
  return ["W1", "W1b", "W4b"].includes(warning) ? "tuck" : "other";
}

export class Sound {
  // onTurned: told when it is on or off, also when the system takes the sound away.
  constructor(onTurned) {
    this.onTurned = onTurned;
    this.context = null;
    this.played = 0;
    window.speechSynthesis?.getVoices(); // the first question only makes a browser look for them
    this.prefer({ tones: true, speech: true, muted: [] });
  }

  // What was chosen on the Settings page. Ticks and calls of the calibration are no cues: they stay.
  prefer({ tones, speech, muted }) {
    Object.assign(this, { tones, speech, muted: new Set(muted) });
  }

  cue(warning) {
    if (this.tones && !this.muted.has(warning)) this.play(warning === "good" ? warning : toneOf(warning));
  }

  get armed() {
    return this.context !== null && this.context.state === "running";
  }

  async toggle() {
    if (this.armed) {
      await this.close();
      return;
    }
    this.context ??= new AudioContext({ latencyHint: "interactive" });
    this.context.onstatechange = this.onTurned;
    await this.context.resume();
    this.play("good");
    this.onTurned();
  }

  async close() {
    const context = this.context;
    this.context = null;
    if (window.speechSynthesis) speechSynthesis.cancel();
    if (!context) return;
    context.onstatechange = null;
    this.onTurned();
    await context.close();
  }

  play(name) {
    if (!this.armed) return;
    this.played += 1;
    for (const [frequency, start, length, shape] of TONES[name] ?? TONES.other)
      this.tone(frequency, this.context.currentTime + start, length, shape);
  }

  tone(frequency, at, length, shape) {
    const oscillator = this.context.createOscillator();
    const gain = this.context.createGain();
    oscillator.type = shape;
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.008);
    gain.gain.setValueAtTime(LOUDNESS, at + length - 0.02);
    gain.gain.linearRampToValueAtTime(0, at + length);
    oscillator.connect(gain).connect(this.context.destination);
    oscillator.start(at);
    oscillator.stop(at + length + 0.01);
  }

  say(text) {
    if (!this.armed || !this.speech || !window.speechSynthesis) return;
    const voices = speechSynthesis.getVoices().filter((voice) => voice.localService && voice.lang.startsWith("en"));
    if (voices.length === 0) return; // a remote voice would send the text away
    const line = new SpeechSynthesisUtterance(text);
    line.voice = voices[0];
    speechSynthesis.cancel();
    speechSynthesis.speak(line);
  }
}
