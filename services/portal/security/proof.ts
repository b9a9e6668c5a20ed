import type { FastifyReply } from 'fastify';
import { goTo, type At, type Wish } from '../enrol/place.ts';
import { createSessions, type Session } from '../session.ts';

export type Sending = {
  readonly to: string;
  readonly resendAvailableAt: string;
  readonly sendsLeft: number;
  readonly expiresAt: string;
};

/** A fresh proof that is under way: what for, by which method, and where a code went. Kept like a step, in a sealed cookie. */
export type Proof = { readonly wish: Wish; readonly methodId?: string; readonly sending?: Sending };

const proofMs = 900_000;
const proofsOf = ({ portal }: At) => createSessions<Proof>({ ...portal, kind: 'prove' });
const pathOf = ({ home }: At) => `${home}/prove`;

export function keepProof(at: At, proof: Proof): Session<Proof> {
  const until = Math.min(at.portal.now() + proofMs, at.session.expiresAt);
  return proofsOf(at).open(at.reply, pathOf(at), proof, until);
}

export const readProof = (at: At): Session<Proof> | undefined => proofsOf(at).read(at.request, pathOf(at));
export const endProof = (at: At): void => proofsOf(at).close(at.reply, pathOf(at));

/** Keeps the wish and leads to where the person proves again who they are. */
export function askForProof(at: At, wish: Wish): FastifyReply {
  keepProof(at, { wish });
  return goTo(at, '/prove');
}
