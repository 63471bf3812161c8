import { isObjectAt, MemberCursor, type Span } from '../../common/jsonSpans.ts';

/** The members of `params` that a proxy acts on, as places in the text. */
export interface ParamPlaces {
  name: Span | null;
  arguments: Span | null;
  cursor: Span | null;
  progressToken: Span | null;
  requestId: Span | null;
  task: Span | null;
  _meta: Span | null;
}

/** Finds them in one pass; none where `params` is absent or no object. */
export function findParams(text: string, params: Span | null): ParamPlaces {
  const places: ParamPlaces = {
    name: null,
    arguments: null,
    cursor: null,
    progressToken: null,
    requestId: null,
    task: null,
    _meta: null,
  };
  if (params === null || !isObjectAt(text, params)) return places;
  const cursor = new MemberCursor(text, params.start);
  while (cursor.next()) take(cursor, places);
  return places;
}

/** Spelled out: this is on the way of every call. */
function take(cursor: MemberCursor, places: ParamPlaces): void {
  if (cursor.isKey('name')) places.name = cursor.value;
  else if (cursor.isKey('arguments')) places.arguments = cursor.value;
  else if (cursor.isKey('_meta')) places._meta = cursor.value;
  else if (cursor.isKey('progressToken')) places.progressToken = cursor.value;
  else if (cursor.isKey('requestId')) places.requestId = cursor.value;
  else if (cursor.isKey('cursor')) places.cursor = cursor.value;
  else if (cursor.isKey('task')) places.task = cursor.value;
}
