import { isJsonObject, type JsonObject, numberOr } from '../common/json.ts';
import { NO_DEADLINES, SCHEMA_VERSION } from './taskRecord.ts';

/** From the version that is its key to the next one; each knows only these two. */
const STEPS: Readonly<Record<number, (record: JsonObject) => JsonObject>> = {
  1: (record) => ({
    ...record,
    schemaVersion: 2,
    idempotencyKeyHash: null,
    deadlines: NO_DEADLINES,
  }),
  2: (record) => ({ ...record, schemaVersion: 3, remote: null }),
};

/** The version a stored record claims; 0 when it claims none. */
export function schemaVersionOf(record: JsonObject): number {
  return numberOr(record.schemaVersion, 0);
}

/** Brings a record of an earlier version to ours, one step at a time; what is none stays as it is. */
export function migrateRecord(value: unknown): unknown {
  let record = value;
  while (isJsonObject(record) && schemaVersionOf(record) < SCHEMA_VERSION) {
    const step = STEPS[schemaVersionOf(record)];
    if (step === undefined) return record;
    record = step(record);
  }
  return record;
}
