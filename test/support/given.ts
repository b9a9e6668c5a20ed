import { expect } from 'vitest';
import type { Decider, Decision, Fact, RefusalCode } from '#core/decider.ts';
import type { Draft } from '#core/event.ts';

/** A fact as a story tells it; who did it and under which command matters seldom. */
export type Told = Pick<Fact, 'type' | 'time' | 'data'> & { readonly causationId?: string };

/** What a rule is expected to say has happened; of the data only what is named is compared. */
export type Expected = { readonly type: Draft['type']; readonly about?: string; readonly data?: object };

const storyTenant = 'acme';

/** Folds facts as a reader of the log does: from their JSON, never from the objects that a rule made. */
export function fold<Document>(
  decider: Pick<Decider<Document, unknown>, 'evolve'>,
  facts: readonly Told[],
  from?: Document,
): Document | undefined {
  let document = from;
  facts.forEach(({ type, time, data, causationId }, index) => {
    document = decider.evolve(document, {
      type,
      time,
      tenant: storyTenant,
      causationId: causationId ?? `told-${index}`,
      actor: 'service:test',
      data: JSON.parse(JSON.stringify(data)),
    });
  });
  return document;
}

/** Given what has happened, when this is asked, then that happens: the rules of one kind of document, told as stories. */
export function storyOf<Document, Outcome>(decider: Decider<Document, Outcome>) {
  return function given(...history: readonly Told[]) {
    const document = fold(decider, history);
    return {
      document,
      when<Answer>(command: (document: Document | undefined) => Decision<Answer>) {
        const decision = command(document);
        return {
          thenHappened(...expected: readonly Expected[]) {
            expect(decision).toMatchObject({ kind: 'events', events: expected });
            expect(decision.kind === 'events' && decision.events.length).toBe(expected.length);
          },
          thenRefused(code: RefusalCode, retryAfterMs?: number) {
            expect(decision).toEqual({
              kind: 'refused',
              refusal: retryAfterMs === undefined ? { code } : { code, retryAfterMs },
            });
          },
          thenAnswered(answer: object) {
            expect(decision).toMatchObject({ kind: 'answer', answer });
          },
          /** The document that the decision makes, as one commit at `time` under `causationId`. */
          after(time: number, causationId: string): Document {
            if (decision.kind !== 'events') throw new Error(`nothing happened: ${decision.kind}`);
            const facts = decision.events.map(({ type, data }) => ({ type, time, data, causationId }));
            return fold(decider, facts, document) as Document;
          },
        };
      },
    };
  };
}
