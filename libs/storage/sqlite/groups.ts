import type { GroupCommit } from './group-commit.ts';
import type { Handler, Subscription, SubscribeOptions } from '../log.ts';
import { createMember } from './member.ts';
import type { Member } from './member.ts';
import type { Database } from './sqlite.ts';

export type Groups = {
  join(options: SubscribeOptions, handler: Handler): Promise<Subscription>;
  /** To be called after something was appended to these topics. */
  wake(topics: ReadonlySet<string>): void;
  /** Where the group is in a topic: every record below is dealt with. */
  position(group: string, topic: string): number;
  /** Groups that somebody is subscribed to. */
  names(): Set<string>;
  /** Closes every subscription. */
  close(graceMs: number): Promise<void>;
};

type State = {
  readonly database: Database;
  readonly now: () => number;
  /** In the order of their joining. */
  readonly members: Member[];
  /** Who has a topic of a group, and the position that is on disk, by `nameOf`. */
  readonly owners: Map<string, { readonly member: Member; saved: number }>;
};

const saveMs = 1_000;
const selectPosition = 'SELECT position FROM positions WHERE group_name = ? AND topic = ?';
const joinGroup = `INSERT INTO positions (group_name, topic, position, seen_at) VALUES (?, ?, 0, ?)
  ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at`;
const savePosition = 'UPDATE positions SET position = ?, seen_at = ? WHERE group_name = ? AND topic = ?';

/**
 * Who reads for which group. A topic belongs to one member of a group, the first that joined; another one takes over when
 * that leaves. Positions are written along with whatever is written next, at the latest after a second.
 */
export function createGroups(database: Database, group: GroupCommit, now: () => number): Groups {
  const state: State = { database, now, members: [], owners: new Map() };
  // The group carries the positions by itself; an empty operation makes one start. A failed one was reported there.
  const save = () => group.write('log', () => {}).catch(() => {});
  group.ride(() => saveAll(state));
  const timer = setInterval(() => {
    if (unsaved(state).length > 0) void save();
  }, saveMs).unref();

  async function leave(member: Member): Promise<void> {
    await save();
    state.members.splice(state.members.indexOf(member), 1);
    for (const [name, owner] of state.owners) if (owner.member === member) state.owners.delete(name);
    assign(state);
  }

  return {
    async join(options, handler) {
      await group.write('log', () => {
        for (const topic of options.topics) database.run(joinGroup, options.group, topic, now());
      });
      const member = createMember(database, options, handler, leave);
      state.members.push(member);
      assign(state);
      return member.subscription;
    },
    wake(topics) {
      for (const member of state.members) member.wake(topics);
    },
    position(groupName, topic) {
      const owner = state.owners.get(nameOf(groupName, topic));
      return owner?.member.positions().get(topic) ?? stored(database, groupName, topic);
    },
    names: () => new Set(state.members.map((member) => member.group)),
    async close(graceMs) {
      clearInterval(timer);
      await Promise.all(state.members.map((member) => member.subscription.close(graceMs)));
    },
  };
}

const nameOf = (groupName: string, topic: string) => JSON.stringify([groupName, topic]);

function stored(database: Database, groupName: string, topic: string): number {
  return database.get<{ position: number }>(selectPosition, groupName, topic)?.position ?? 0;
}

/** Gives each topic that nobody has to the first member that wants it. */
function assign({ database, members, owners }: State): void {
  for (const member of members) {
    for (const topic of member.topics) {
      const name = nameOf(member.group, topic);
      if (owners.has(name)) continue;
      const position = stored(database, member.group, topic);
      owners.set(name, { member, saved: position });
      member.take(topic, position);
    }
  }
}

function unsaved({ members, owners }: State) {
  return members.flatMap((member) =>
    [...member.positions()].flatMap(([topic, position]) => {
      const owner = owners.get(nameOf(member.group, topic));
      return owner && owner.saved !== position ? [{ owner, topic, position }] : [];
    }),
  );
}

function saveAll(state: State): (() => void) | undefined {
  const moved = unsaved(state);
  if (moved.length === 0) return undefined;
  for (const { owner, topic, position } of moved) {
    state.database.run(savePosition, position, state.now(), owner.member.group, topic);
  }
  return () => {
    for (const { owner, position } of moved) owner.saved = position;
  };
}
