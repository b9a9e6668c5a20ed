import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountDecider, type AccountDocument } from '#core/account-document.ts';
import type { Fact } from '#core/decider.ts';
import { isOpenLogin } from '#core/login-status.ts';
import { statusOf } from '#core/send-code.ts';
import { steps, walk, type Commit, type Step } from '../support/account-walk.ts';
import { t0 } from '../support/account-story.ts';

const recordBytesMax = 16 * 1_024;
const runs = 300;

const dataOf = (fact: Fact) => fact.data as Readonly<Record<string, unknown>>;

/** What is beyond its bound after a commit. */
function excesses({ after, now }: Commit): string[] {
  const { methods, logins, enrolments, challenges, commands, pages } = after;
  const open = challenges.filter((challenge) => statusOf(challenge, now) === 'pending');
  const counted: readonly [string, number, number][] = [
    ['methods', methods.length, 10],
    ['open logins', logins.filter((login) => isOpenLogin(login, now)).length, 5],
    ['logins', logins.length, 20],
    ['pending enrolments', enrolments.filter(({ expiresAt }) => now < expiresAt).length, 3],
    [
      'open challenges of a purpose',
      Math.max(0, ...[...Map.groupBy(open, (one) => one.purpose).values()].map((all) => all.length)),
      3,
    ],
    ['challenges', challenges.length, 20],
    ['commands', commands.length, 64],
    ['pages', pages.length, 10],
    ['bytes', Buffer.byteLength(JSON.stringify(after)), recordBytesMax],
  ];
  return counted.flatMap(([what, count, max]) => (count > max ? [`${count} ${what}`] : []));
}

/** Backup codes are never alone and never the default; somebody is the default while somebody can be. */
function defaultFaults({ after: { methods, defaultMethodId } }: Commit): string[] {
  const others = methods.filter(({ type }) => type !== 'backup-codes');
  const isDefault = methods.find(({ id }) => id === defaultMethodId);
  return [
    ...(isDefault?.type === 'backup-codes' ? ['backup codes are the default'] : []),
    ...(others.some(({ disabled }) => !disabled) && !isDefault ? ['there is no default'] : []),
    ...(methods.length > 0 && others.length === 0 ? ['backup codes are alone'] : []),
  ];
}

const passes = ['login-approved', 'login-awaiting-result', 'step-up-passed'];

/** Failures of a method fall only by its own success, by support, or with the method; steps of an app only rise. */
function methodFaults({ before, after, facts }: Commit): string[] {
  return after.methods.flatMap((method) => {
    const old = before?.methods.find(
      (one) => one.id === method.id || (one.type === 'backup-codes' && one.type === method.type),
    );
    if (!old) return [];
    const backwards = method.type === 'totp' && old.type === 'totp' && method.usedStep < old.usedStep;
    const lowered = method.failures < old.failures;
    const own = facts.some(
      (fact) =>
        fact.type === 'method-unlocked' || (passes.includes(fact.type) && dataOf(fact)['methodId'] === method.id),
    );
    return [
      ...(backwards ? ['a step came back'] : []),
      ...(lowered && !(own && method.failures === 0)
        ? [`failures fell from ${old.failures} to ${method.failures}`]
        : []),
    ];
  });
}

/** A login passes once, and a forced one by nothing but the method that is enrolled in it while there was no other. */
function passFaults({ before, facts }: Commit): string[] {
  return facts
    .filter(({ type }) => type === 'login-approved' || type === 'login-awaiting-result')
    .flatMap((fact) => {
      const login = before?.logins.find(({ id }) => id === dataOf(fact)['loginId']);
      const first = before?.methods.length === 0 && facts.some(({ type }) => type === 'method-enrolled');
      return [
        ...(login?.status.kind === 'open' ? [] : ['a login passed that was not open']),
        ...(login?.needs === 'enrolment' && !first ? ['a forced login passed beside another method'] : []),
      ];
    });
}

/** Everything that is used up, over a whole walk: what is there twice was used twice. */
const usesIn = (facts: readonly Fact[]) =>
  facts
    .filter(({ type }) => type === 'backup-code-used' || type === 'bypass-code-used')
    .map((fact) => dataOf(fact)['hash']);

const faultsOf = (all: readonly Step[], look: (commit: Commit) => readonly string[]) => {
  const faults: string[] = [];
  const { facts } = walk(all, t0, (commit) => faults.push(...look(commit)));
  return { faults, facts };
};

describe('An account, whatever is done to it in whatever order', () => {
  it('is what its journal makes of it, to the byte', () => {
    fc.assert(
      fc.property(steps(120), (all) => {
        const { text, facts } = walk(all, t0, () => {});
        let document: AccountDocument | undefined;
        for (const fact of facts) document = accountDecider.evolve(document, fact);
        expect(JSON.stringify(document) ?? '').toBe(text);
      }),
      { numRuns: runs },
    );
  });

  it('keeps within every bound', () => {
    fc.assert(
      fc.property(steps(160), (all) => {
        expect(faultsOf(all, excesses).faults).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  it('has backup codes beside another method only, and a default while it can', () => {
    fc.assert(
      fc.property(steps(120), (all) => {
        expect(faultsOf(all, defaultFaults).faults).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  it('lets failures fall by nothing but success and support, and steps only rise', () => {
    fc.assert(
      fc.property(steps(160), (all) => {
        expect(faultsOf(all, methodFaults).faults).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  it('lets every login pass once, a forced one by its own enrolment alone, and every code be used once', () => {
    fc.assert(
      fc.property(steps(160), (all) => {
        const { faults, facts } = faultsOf(all, passFaults);
        expect(faults).toEqual([]);
        const uses = usesIn(facts);
        expect(new Set(uses).size).toBe(uses.length);
      }),
      { numRuns: runs },
    );
  });

  it('has the outcome of the command that was carried out', () => {
    fc.assert(
      fc.property(steps(80), (all) => {
        const { faults } = faultsOf(all, ({ facts, after }) => {
          const outcome = accountDecider.outcomeOf(after, facts[0]?.causationId ?? '');
          return outcome?.did === facts[0]?.type ? [] : [`${facts[0]?.type} left ${outcome?.did}`];
        });
        expect(faults).toEqual([]);
      }),
      { numRuns: runs },
    );
  });
});
