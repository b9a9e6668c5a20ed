import { describe, expect, it } from 'vitest';
import { silentLogger } from '#runtime/logger.ts';
import { controlIntake } from '../../../services/delivery-worker/intake.ts';

function setUp() {
  const world = { health: 'closed' as 'closed' | 'half-open' | 'open', waiting: 0, calls: [] as string[] };
  const intake = controlIntake({
    courier: { channel: 'sms', health: () => world.health },
    waiting: { size: () => world.waiting },
    subscription: { pause: () => void world.calls.push('pause'), resume: () => void world.calls.push('resume') },
    logger: silentLogger,
  });
  return { world, intake };
}

describe('the intake of a delivery worker', () => {
  it('pauses once when no provider works, however often it looks', () => {
    const { world, intake } = setUp();
    world.health = 'open';
    intake.check();
    intake.check();
    expect(world.calls).toEqual(['pause']);
  });

  it('stays paused in half-open while sends wait, since one of them makes the trial', () => {
    const { world, intake } = setUp();
    Object.assign(world, { health: 'open', waiting: 3 });
    intake.check();
    world.health = 'half-open';
    intake.check();
    expect(world.calls).toEqual(['pause']);
  });

  it('lets work in for the trial when nothing waits', () => {
    const { world, intake } = setUp();
    world.health = 'open';
    intake.check();
    world.health = 'half-open';
    intake.check();
    expect(world.calls).toEqual(['pause', 'resume']);
  });

  it('resumes as soon as a provider works again', () => {
    const { world, intake } = setUp();
    Object.assign(world, { health: 'open', waiting: 3 });
    intake.check();
    world.health = 'closed';
    intake.check();
    expect(world.calls).toEqual(['pause', 'resume']);
  });
});
