/**
 * Times are Unix milliseconds; `expires_at` 0 = never. `log` numbers all topics in one sequence, so a number is never
 * given twice, even after its row was deleted. Each table of keys has an index that lists only what can expire.
 */
const firstSchema = `
  CREATE TABLE records (
    subject TEXT PRIMARY KEY, head TEXT NOT NULL, life TEXT NOT NULL, version INTEGER NOT NULL, salt TEXT NOT NULL,
    document TEXT NOT NULL, expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX records_by_expiry ON records(expires_at) WHERE expires_at > 0;

  CREATE TABLE claims (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
  CREATE INDEX claims_by_expiry ON claims(expires_at) WHERE expires_at > 0;

  CREATE TABLE leases (
    key TEXT PRIMARY KEY, owner TEXT NOT NULL, held_until INTEGER NOT NULL, attempt INTEGER NOT NULL, value TEXT,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX leases_by_expiry ON leases(expires_at) WHERE expires_at > 0;

  CREATE TABLE buckets (key TEXT PRIMARY KEY, state TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
  CREATE INDEX buckets_by_expiry ON buckets(expires_at) WHERE expires_at > 0;

  CREATE TABLE notes (
    key TEXT NOT NULL, field TEXT NOT NULL, rank INTEGER NOT NULL, value TEXT NOT NULL, expires_at INTEGER NOT NULL,
    PRIMARY KEY (key, field)
  ) STRICT;
  CREATE INDEX notes_by_expiry ON notes(expires_at) WHERE expires_at > 0;

  CREATE TABLE log (
    offset INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, key BLOB, headers TEXT NOT NULL, value BLOB,
    appended_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX log_by_topic ON log(topic);
  CREATE INDEX log_by_key ON log(key, topic) WHERE key IS NOT NULL;
  CREATE INDEX log_tombstones ON log(appended_at) WHERE value IS NULL;

  CREATE TABLE topics (name TEXT PRIMARY KEY, retention_ms INTEGER NOT NULL, compacted INTEGER NOT NULL) STRICT;
  CREATE TABLE positions (
    group_name TEXT NOT NULL, topic TEXT NOT NULL, position INTEGER NOT NULL, seen_at INTEGER NOT NULL,
    PRIMARY KEY (group_name, topic)
  ) STRICT;
  CREATE TABLE requests (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE TABLE probe (bytes BLOB NOT NULL) STRICT;
`;

/** Counts by minute. */
const withTallies = `
  CREATE TABLE tallies (
    key TEXT NOT NULL, minute INTEGER NOT NULL, field TEXT NOT NULL, count INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    PRIMARY KEY (key, minute, field)
  ) STRICT;
  CREATE INDEX tallies_by_expiry ON tallies(expires_at) WHERE expires_at > 0;
`;

/** What brings a file from one version to the next; a file of version n has had the first n. Steps are only ever added. */
export const sqliteSchemaSteps: readonly string[] = [firstSchema, withTallies];

/** Written into the file as `user_version`. */
export const sqliteSchemaVersion = sqliteSchemaSteps.length;
