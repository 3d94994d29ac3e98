// Classify recordings with a graph of `clser export --onnx`, in the browser.

import * as ort from "./ort.wasm.bundle.min.mjs";

// As of `clser predict`.
const SHORTEST_S = 0.1;
const LONGEST_S = 120;
const SILENT_PEAK = 1e-4;

// Load the graph; return it with its classes and its sample rate.
export async function load(folder = ".") {
  const answer = await fetch(`${folder}/emotions.json`);
  const about = await answer.json();
  const session = await ort.InferenceSession.create(`${folder}/emotions.onnx`);
  return { session, classes: about.classes, rate: about.sample_rate_hz };
}

// Decode a file that the browser can play to one channel at a sample rate.
export async function decode(bytes, rate) {
  const context = new OfflineAudioContext(1, 1, rate);
  const audio = await context.decodeAudioData(bytes);
  const samples = new Float32Array(audio.length);
  for (let n = 0; n < audio.numberOfChannels; n++) {
    const channel = audio.getChannelData(n);
    for (let i = 0; i < samples.length; i++) {
      samples[i] += channel[i] / audio.numberOfChannels;
    }
  }
  return samples;
}

// Return the probability of each class.
export async function classify(model, samples) {
  const seconds = samples.length / model.rate;
  if (seconds < SHORTEST_S || seconds > LONGEST_S) {
    throw new Error(
      `expected ${SHORTEST_S}-${LONGEST_S} s of sound, found ${seconds.toFixed(2)} s`,
    );
  }
  if (samples.every((value) => Math.abs(value) < SILENT_PEAK)) {
    throw new Error("expected sound, found silence");
  }
  const wav = new ort.Tensor("float32", samples, [samples.length]);
  const { probabilities } = await model.session.run({ wav });
  return Object.fromEntries(
    model.classes.map((name, n) => [name, probabilities.data[n]]),
  );
}
