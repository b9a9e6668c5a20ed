import { createSessions, type Session } from '../session.ts';
import type { MethodKind } from '../method-kind.ts';
import type { At, TypedAddress } from './place.ts';
import type { EnrolWords } from './words/words.ts';

export type FaultName = keyof EnrolWords['faults'];
/** Why a form comes back, with what its words name. */
export type Fault = { readonly name: FaultName; readonly seconds?: number; readonly left?: number };

/**
 * How far a person has come. It lies in a sealed cookie of the steps, short-lived and hidden from scripts: so a secret that is
 * told once outlasts a wrong code and a reload, and is in no address, no form and no store of the browser's.
 */
export type Step =
  | { readonly step: 'address'; readonly type: 'sms' | 'email'; readonly typed?: TypedAddress; readonly fault?: Fault }
  | { readonly step: 'app'; readonly enrolmentId: string; readonly uri: string; readonly expiresAt: string }
  | {
      readonly step: 'code';
      readonly type: 'sms' | 'email';
      readonly enrolmentId: string;
      readonly to: string;
      readonly typed: TypedAddress;
      readonly resendAvailableAt: string;
      readonly sendsLeft: number;
      readonly expiresAt: string;
    }
  | { readonly step: 'codes'; readonly codes: readonly string[] }
  | { readonly step: 'done'; readonly type: MethodKind };

export type StepOf<Name extends Step['step']> = Extract<Step, { readonly step: Name }>;

/** How long an unfinished step is kept: a little longer than an app may wait to be confirmed, so that its end can be told in words. */
const stepMs = 1_200_000;

const stepsOf = ({ portal }: At) => createSessions<Step>({ ...portal, kind: 'enrol' });
const pathOf = ({ home }: At) => `${home}/enrol`;

export function keepStep(at: At, step: Step): Session<Step> {
  const until = Math.min(at.portal.now() + stepMs, at.session.expiresAt);
  return stepsOf(at).open(at.reply, pathOf(at), step, until);
}

export const endStep = (at: At): void => stepsOf(at).close(at.reply, pathOf(at));

/** The kept step, if it is of one of these names. */
export function readStep<Name extends Step['step']>(
  at: At,
  ...names: readonly Name[]
): Session<StepOf<Name>> | undefined {
  const kept = stepsOf(at).read(at.request, pathOf(at));
  return kept && (names as readonly string[]).includes(kept.content.step) ? (kept as Session<StepOf<Name>>) : undefined;
}
