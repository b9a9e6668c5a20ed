import type { DeliveryFailed, DeliverySent, ProviderProbed } from '#schemas/delivery.ts';
import { providerField, providerNoteMsKept, providersKey, type ProviderNote } from '#schemas/provider-note.ts';
import { noteMsKept, noteRanks, type SendNote } from '#schemas/send-note.ts';

/** A note as Store.note takes it. */
export type NewNote = {
  readonly key: string;
  readonly field: string;
  readonly rank: number;
  readonly value: string;
  readonly ttlMs: number;
};

/** What is noted of the fate of a send. No answer shows what became of a notice; the log tells. */
export function noteOfFate(data: DeliverySent | DeliveryFailed): NewNote | undefined {
  if ('noticeId' in data) return undefined;
  const { challengeId, send, provider, possibleDuplicate } = data;
  const note: SendNote =
    'reason' in data
      ? { status: 'failed', provider, reason: data.reason, possibleDuplicate }
      : { status: 'sent', provider, possibleDuplicate };
  const rank = noteRanks[note.status];
  return { key: challengeId, field: String(send), rank, value: JSON.stringify(note), ttlMs: noteMsKept };
}

/** What is noted of a provider that was asked at `time` whether it works. The newest answer stands. */
export function noteOfProbe({ name, channel, working, reason }: ProviderProbed, time: number): NewNote {
  const note: ProviderNote = { name, channel, working, checkedAt: time, ...(reason !== undefined && { reason }) };
  const value = JSON.stringify(note);
  return { key: providersKey, field: providerField(note), rank: time, value, ttlMs: providerNoteMsKept };
}
