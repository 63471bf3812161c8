import type { SeenRow } from './rowFacts.ts';
import { contextOf } from './rowFacts.ts';
import { iconOf } from './rowIcon.ts';
import { descriptionOf, labelOf, type ProgressStyle } from './rowText.ts';

/** Remembers what each row looked like when it was last told, to tell only what looks different. */
export class DrawnRows {
  readonly #faces = new Map<string, string>();

  /** Notes how the row looks now; whether that is new. */
  update(seen: SeenRow, nowMs: number, style: ProgressStyle): boolean {
    const { id } = seen.row;
    const face = faceOf(seen, nowMs, style);
    if (this.#faces.get(id) === face) return false;
    this.#faces.set(id, face);
    return true;
  }

  forget(id: string): void {
    this.#faces.delete(id);
  }
}

function faceOf(seen: SeenRow, nowMs: number, style: ProgressStyle): string {
  const { id, color } = iconOf(seen);
  return [
    labelOf(seen.row),
    descriptionOf(seen, nowMs, style),
    id,
    color ?? '',
    contextOf(seen.row),
  ].join('\n');
}
