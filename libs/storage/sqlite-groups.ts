import type { GroupCommit } from './group-commit.ts';
import type { Handler, Subscription, SubscribeOptions } from './log.ts';
import { createMember } from './sqlite-member.ts';
import type { Member } from './sqlite-member.ts';
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

const saveMs = 1_000;
const joinGroup = `INSERT INTO positions (group_name, topic, position, seen_at) VALUES (?, ?, 0, ?)
  ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at`;
const savePosition = 'UPDATE positions SET position = ?, seen_at = ? WHERE group_name = ? AND topic = ?';

const nameOf = (groupName: string, topic: string) => JSON.stringify([groupName, topic]);

/**
 * Who reads for which group. A topic belongs to one member of a group, the first that joined; another one takes over when
 * that leaves. Positions are written along with whatever is written next, at the latest after a second.
 */
export function createGroups(database: Database, group: GroupCommit, now: () => number): Groups {
  const members: Member[] = [];
  const owners = new Map<string, Member>();
  const saved = new Map<string, number>();

  function stored(groupName: string, topic: string): number {
    const select = 'SELECT position FROM positions WHERE group_name = ? AND topic = ?';
    return database.get<{ position: number }>(select, groupName, topic)?.position ?? 0;
  }

  function assign(): void {
    for (const member of members) {
      for (const topic of member.topics) {
        const name = nameOf(member.group, topic);
        if (owners.has(name)) continue;
        const position = stored(member.group, topic);
        owners.set(name, member);
        saved.set(name, position);
        member.take(topic, position);
      }
    }
  }

  function unsaved(): { member: Member; topic: string; name: string; position: number }[] {
    return members.flatMap((member) =>
      [...member.positions()]
        .map(([topic, position]) => ({ member, topic, name: nameOf(member.group, topic), position }))
        .filter(({ name, position }) => saved.get(name) !== position),
    );
  }

  function saveAll(): (() => void) | undefined {
    const moved = unsaved();
    if (moved.length === 0) return undefined;
    for (const { member, topic, position } of moved) database.run(savePosition, position, now(), member.group, topic);
    return () => {
      for (const { name, position } of moved) saved.set(name, position);
    };
  }

  // The group carries the positions by itself; an empty operation makes one start. A failed one was reported there.
  const save = () => group.write('log', () => {}).catch(() => {});

  async function leave(member: Member): Promise<void> {
    await save();
    members.splice(members.indexOf(member), 1);
    for (const [name, owner] of owners) if (owner === member) owners.delete(name);
    assign();
  }

  group.ride(saveAll);
  const timer = setInterval(() => {
    if (unsaved().length > 0) void save();
  }, saveMs).unref();

  return {
    async join(options, handler) {
      await group.write('log', () => {
        for (const topic of options.topics) database.run(joinGroup, options.group, topic, now());
      });
      const member = createMember({ database, options, handler, leave });
      members.push(member);
      assign();
      return member.subscription;
    },
    wake(topics) {
      for (const member of members) member.wake(topics);
    },
    position: (groupName, topic) =>
      owners.get(nameOf(groupName, topic))?.positions().get(topic) ?? stored(groupName, topic),
    names: () => new Set(members.map((member) => member.group)),
    async close(graceMs) {
      clearInterval(timer);
      await Promise.all(members.map((member) => member.subscription.close(graceMs)));
    },
  };
}
