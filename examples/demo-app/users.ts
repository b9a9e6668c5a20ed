import { randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

export type User = { readonly id: string; readonly name: string; readonly email: string };

export type Users = {
  byId(id: string): User | undefined;
  /** Undefined if the address has an account already. */
  add(user: { readonly name: string; readonly email: string; readonly password: string }): Promise<User | undefined>;
  /** The user with this address and password; takes as long for an unknown address as for a wrong password. */
  check(email: string, password: string): Promise<User | undefined>;
};

type Kept = User & { readonly salt: string; readonly hash: string };

const usersMax = 10_000;
// 32 MiB and about 100 ms for each guess (OWASP's parameters for scrypt).
const cost = { N: 32_768, r: 8, p: 3, maxmem: 67_108_864 } as const;
const derive = promisify<string, Buffer, number, typeof cost, Buffer>(scrypt);
const hashBytes = 32;
const keyOf = (email: string) => email.trim().toLowerCase();

/** Users of the demo application in a file of their own, passwords as scrypt hashes. */
export function openUsers(file: string): Users {
  const kept: Kept[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const users = new Map(kept.map((user) => [keyOf(user.email), user]));
  const plain = ({ id, name, email }: Kept): User => ({ id, name, email });
  const nobody = { salt: randomBytes(16).toString('base64'), hash: randomBytes(hashBytes).toString('base64') };

  return {
    byId(id) {
      const user = [...users.values()].find((candidate) => candidate.id === id);
      return user && plain(user);
    },
    async add({ name, email, password }) {
      if (users.has(keyOf(email)) || users.size >= usersMax) return undefined;
      const salt = randomBytes(16);
      const hash = await derive(password, salt, hashBytes, cost);
      // Somebody may have been quicker while the hash was made.
      if (users.has(keyOf(email))) return undefined;
      const user = {
        id: randomUUID(),
        name,
        email: email.trim(),
        salt: salt.toString('base64'),
        hash: hash.toString('base64'),
      };
      users.set(keyOf(email), user);
      writeFileSync(`${file}.new`, JSON.stringify([...users.values()]), { mode: 0o600 });
      renameSync(`${file}.new`, file);
      return plain(user);
    },
    async check(email, password) {
      const user = users.get(keyOf(email));
      const { salt, hash } = user ?? nobody;
      const tried = await derive(password, Buffer.from(salt, 'base64'), hashBytes, cost);
      return user && timingSafeEqual(tried, Buffer.from(hash, 'base64')) ? plain(user) : undefined;
    },
  };
}
