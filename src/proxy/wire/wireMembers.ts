import { isObjectAt, MemberCursor, type Span } from '../../common/jsonSpans.ts';

/** The few members of one object: two short arrays are made and searched faster than a map. */
export class WireMembers {
  static readonly none = new WireMembers();
  readonly #keys: string[] = [];
  readonly #values: Span[] = [];

  /** The members of the value at `span`; none when it is no object. */
  static of(text: string, span: Span | null): WireMembers {
    if (span === null || !isObjectAt(text, span)) return WireMembers.none;
    const members = new WireMembers();
    const cursor = new MemberCursor(text, span.start);
    while (cursor.next()) {
      members.#keys.push(cursor.key);
      members.#values.push(cursor.value);
    }
    return members;
  }

  /** The last of equal keys, as JSON.parse has it. */
  get(key: string): Span | null {
    const index = this.#keys.lastIndexOf(key);
    return this.#values[index] ?? null;
  }
}
