import { createDemoApp } from './app.ts';
import { createTwofold } from './twofold.ts';
import { openUsers } from './users.ts';

/** The demo application on its own: TWOFOLD_URL, TWOFOLD_API_KEY (scope `accounts`), PORT, USERS_FILE. */
const {
  TWOFOLD_URL = 'http://localhost:8080',
  TWOFOLD_API_KEY,
  PORT = '8083',
  USERS_FILE = 'demo-users.json',
} = process.env;
if (!TWOFOLD_API_KEY) {
  process.stderr.write('TWOFOLD_API_KEY must be set: an API key with the scope accounts\n');
  process.exit(1);
}
const url = `http://localhost:${PORT}`;
const app = createDemoApp({
  twofold: createTwofold(TWOFOLD_URL, TWOFOLD_API_KEY),
  users: openUsers(USERS_FILE),
  url: () => url,
});
await app.listen({ host: '127.0.0.1', port: Number(PORT) });
process.stdout.write(`The demo application is at ${url}\n`);
