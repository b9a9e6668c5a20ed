import { createSandboxInbox } from '../../../services/delivery-worker/providers/sandbox-inbox.ts';
import { createSandboxProvider } from '../../../services/delivery-worker/providers/sandbox.ts';
import { messageTo } from '../../support/vendors/messages.ts';

// Sends into the inbox of the file it is given, prints each text once it is accepted, and goes on until it is killed.
const [file = ''] = process.argv.slice(2);
const provider = createSandboxProvider('sms', createSandboxInbox({ file }));

for (let number = 1; ; number += 1) {
  const text = `message ${number}`;
  const outcome = await provider.send(messageTo('sms', { text }), new AbortController().signal);
  if (outcome.kind === 'accepted') await new Promise((resolve) => process.stdout.write(`${text}\n`, resolve));
}
