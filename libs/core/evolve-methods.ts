import type {
  BackupCodesGenerated,
  BackupCodeUsed,
  MethodDefaultChanged,
  MethodDisabled,
  MethodEnrolled,
  MethodLocked,
  MethodRemoved,
  MethodReset,
  MethodUnlocked,
} from '#schemas/account.ts';
import type { AttemptRejected } from '#schemas/challenge.ts';
import type { LoginApproved } from '#schemas/login.ts';
import type { Fact } from './decider.ts';
import { checkTimes, packTimes, type BackupMethod, type Method } from './methods/method.ts';

type Methods = readonly Method[];
type Evolved = { readonly methods: Methods; readonly defaultOf: (before: string | undefined) => string | undefined };

const change = (methods: Methods, id: string | undefined, edit: (method: Method) => Method): Methods =>
  methods.map((method) => (method.id === id ? edit(method) : method));

const fresh = { failures: 0, checkedAt: [], disabled: false };

function enrolled(data: MethodEnrolled, at: number): Method {
  const { methodId: id, enrolmentId: thing, label } = data;
  const base = { id, thing, label, enrolledAt: at, ...fresh };
  if (data.type === 'totp') {
    const { seed, usedStep = -1 } = data;
    if (!seed) throw new Error('an authenticator app has a seed');
    return { ...base, type: 'totp', seed, usedStep };
  }
  return { ...base, type: data.type, to: data.to ?? '', destination: data.destination ?? '' };
}

function withBackupCodes(methods: Methods, { methodId: id, hashes }: BackupCodesGenerated, at: number): Methods {
  const before = methods.find((method): method is BackupMethod => method.type === 'backup-codes');
  const set: BackupMethod = { id, thing: id, type: 'backup-codes', enrolledAt: at, hashes, ...fresh };
  // A new set voids the old codes; failures stay, or a new set would be a way to guess on.
  const { failures, checkedAt, lockedUntil, disabled } = before ?? set;
  const kept: BackupMethod = { ...set, failures, checkedAt, lockedUntil, disabled };
  return [...methods.filter((method) => method.type !== 'backup-codes'), kept];
}

/** Its own success: failures end, and what was used up is. */
const succeeded = (method: Method, at: number, usedStep: number | undefined): Method => {
  const { lockedUntil: _, ...rest } = method;
  const used = { ...rest, failures: 0, checkedAt: [], lastUsedAt: at } as Method;
  return used.type === 'totp' && usedStep !== undefined ? { ...used, usedStep } : used;
};

const rejected = (method: Method, { failures, countedSince = 0 }: AttemptRejected, at: number): Method => ({
  ...method,
  failures,
  checkedAt: packTimes([...checkTimes(method).filter((one) => one > countedSince), at]),
});

const unlocked = (method: Method): Method => {
  const { lockedUntil: _, ...rest } = method;
  return { ...rest, ...fresh };
};

const same = (before: string | undefined): string | undefined => before;

/** What an event does to the methods of an account and to which of them is the default. */
export function evolveMethods(methods: Methods, fact: Fact): Evolved {
  const keep = (next: Methods): Evolved => ({ methods: next, defaultOf: same });
  switch (fact.type) {
    case 'method-enrolled': {
      const data = fact.data as MethodEnrolled;
      const next = [...methods, enrolled(data, fact.time)];
      return { methods: next, defaultOf: (before) => (data.default ? data.methodId : before) };
    }
    case 'method-default-changed':
      return { methods, defaultOf: () => (fact.data as MethodDefaultChanged).methodId };
    case 'method-removed': {
      const { methodIds, defaultMethodId } = fact.data as MethodRemoved;
      return { methods: methods.filter(({ id }) => !methodIds.includes(id)), defaultOf: () => defaultMethodId };
    }
    case 'method-reset': {
      const { methodIds } = fact.data as MethodReset;
      return { methods: methods.filter(({ id }) => !methodIds.includes(id)), defaultOf: () => undefined };
    }
    case 'backup-codes-generated':
      return keep(withBackupCodes(methods, fact.data as BackupCodesGenerated, fact.time));
    case 'backup-code-used': {
      const { methodId, hash } = fact.data as BackupCodeUsed;
      return keep(
        change(methods, methodId, (it) =>
          it.type === 'backup-codes' ? { ...it, hashes: it.hashes.filter((one) => one !== hash) } : it,
        ),
      );
    }
    case 'attempt-rejected': {
      const data = fact.data as AttemptRejected;
      return keep(change(methods, data.methodId, (it) => rejected(it, data, fact.time)));
    }
    case 'method-locked': {
      const { methodId, until } = fact.data as MethodLocked;
      return keep(change(methods, methodId, (it) => ({ ...it, lockedUntil: until })));
    }
    case 'method-disabled':
      return keep(change(methods, (fact.data as MethodDisabled).methodId, (it) => ({ ...it, disabled: true })));
    case 'method-unlocked': {
      const { methodIds } = fact.data as MethodUnlocked;
      return keep(methods.map((method) => (methodIds.includes(method.id) ? unlocked(method) : method)));
    }
    case 'login-approved':
    case 'login-awaiting-result':
    case 'step-up-passed': {
      const { methodId, usedStep } = fact.data as LoginApproved;
      return keep(change(methods, methodId, (it) => succeeded(it, fact.time, usedStep)));
    }
    default:
      return keep(methods);
  }
}
