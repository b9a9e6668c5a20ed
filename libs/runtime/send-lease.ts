/** So long the end of a send is kept with its lease, in milliseconds: longer than its message stays in the log. */
export const leaseMsKept = 7_200_000;

/** What a send is known by: that of a challenge, or that of a notice to one method. */
export type SendName =
  | { readonly challengeId: string; readonly send: number }
  | { readonly noticeId: string; readonly methodId: string };

/** Under which one worker at a time carries a send out, and under which its end is kept. */
export const leaseKeyOf = (name: SendName): string =>
  'noticeId' in name ? `${name.noticeId}/${name.methodId}` : `${name.challengeId}/${name.send}`;
