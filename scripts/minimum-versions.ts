import { readFile } from 'node:fs/promises';

/**
 * The oldest versions that are free of what this year's advisories report, for every copy in the lockfile, nested ones
 * included. It stands in for `npm audit`, which needs an advisory service that not every registry offers.
 */
const minimumVersions = [
  { name: 'handlebars', atLeast: '4.7.10', why: 'CVE-2026-33916, 33937 to 33941, 106444 to 106446' },
  { name: 'fastify', atLeast: '5.12.1', why: 'CVE-2026-25223, 25224, 3419, 33806' },
  { name: 'nodemailer', atLeast: '8.0.5', why: 'CVE-2026-82853, 82854: SMTP injection' },
  { name: 'ioredis', atLeast: '6.0.0', why: 'prototype pollution by a MOVED slot' },
  { name: 'axios', atLeast: '1.18.2', why: 'CVE-2026-44492, 44494, 44495 and those reported up to 1.18.1' },
];

type Lockfile = { packages: Record<string, { version?: string }> };

const lockfile: Lockfile = JSON.parse(await readFile(new URL('../package-lock.json', import.meta.url), 'utf8'));
const faults: string[] = [];
let copies = 0;
for (const { name, atLeast, why } of minimumVersions) {
  const found = Object.entries(lockfile.packages).filter(([path]) => path.endsWith(`node_modules/${name}`));
  copies += found.length;
  for (const [path, { version = '0' }] of found) {
    if (isOlder(version, atLeast)) faults.push(`${path} is ${version}, at least ${atLeast} is demanded: ${why}`);
  }
}
if (copies === 0) faults.push('the lockfile holds none of the watched packages: is it the right file?');
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log(`${copies} copies of ${minimumVersions.length} watched packages are new enough`);

/** Compares major, minor and patch; a prerelease counts as older than its release. */
function isOlder(version: string, atLeast: string): boolean {
  const [release = '', prerelease] = version.split('-', 2);
  const parts = release.split('.').map(Number);
  for (const [index, wanted] of atLeast.split('.').map(Number).entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return !(part > wanted);
  }
  return prerelease !== undefined;
}
