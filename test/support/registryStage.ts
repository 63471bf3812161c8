import type { TestContext } from 'node:test';
import { Registry } from '../../src/registry/registry.ts';
import { FakeClock } from './fakeClock.ts';
import { MemoryAuditTrail } from './memoryAuditTrail.ts';
import { MemoryTaskStore } from './memoryTaskStore.ts';

/** A real registry over memory, in a time of its own. */
export function registryStage(t: TestContext, clock = new FakeClock()) {
  const store = new MemoryTaskStore();
  const audit = new MemoryAuditTrail();
  const lines: string[] = [];
  const log = { write: (level: string, text: string) => void lines.push(`${level} ${text}`) };
  const registry = new Registry({ store, archive: store, audit, clock, log });
  t.after(() => registry.dispose());
  return { store, audit, clock, registry, lines, log };
}
