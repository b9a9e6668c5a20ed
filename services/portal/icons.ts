import { trusted, type Html } from './html.ts';

const icon = (paths: string): Html =>
  trusted(
    `<svg aria-hidden="true" focusable="false" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${paths}</svg>`,
  );

/** Pictures beside words, never instead of them. */
export const methodIcons = {
  totp: icon('<rect x="6" y="2.5" width="12" height="19" rx="2.5"/><path d="m9.5 11.5 2 2 3.5-4M11 18.5h2"/>'),
  sms: icon(
    '<path d="M20.5 11.5a8 8 0 0 1-8.5 7.5 9 9 0 0 1-3.6-.7L3.5 20l1.5-4a7 7 0 0 1-1.5-4.5A8 8 0 0 1 12 4a8 8 0 0 1 8.5 7.5Z"/><path d="M8.5 11.5h.01M12 11.5h.01M15.5 11.5h.01"/>',
  ),
  email: icon('<rect x="3" y="5" width="18" height="14" rx="2.5"/><path d="m3.5 7.5 8.5 6 8.5-6"/>'),
  'backup-codes': icon(
    '<rect x="4" y="3" width="16" height="18" rx="2.5"/><path d="M8 8h3M8 12h3M8 16h3M14 8h2M14 12h2M14 16h2"/>',
  ),
} as const satisfies Record<string, Html>;

export const helpIcon = icon(
  '<circle cx="12" cy="12" r="9"/><path d="M9.5 9.5a2.6 2.6 0 0 1 5 .8c0 1.7-2.5 2.2-2.5 3.7M12 17h.01"/>',
);
