/** Where adapters say what happened to them: an event word, and fields that hold no key, value or argument. */
export type StorageLogger = {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
};
