/** Loaded into a service by NODE_OPTIONS: on SIGUSR2 something fails that quotes CRASH_TEXT, where nobody catches it. */
const text = process.env.CRASH_TEXT ?? '';

process.on('SIGUSR2', () => {
  const failure = new Error(`it failed on ${text}`, { cause: new Error(text) });
  throw Object.assign(failure, { code: text, detail: text, response: { body: text } });
});
