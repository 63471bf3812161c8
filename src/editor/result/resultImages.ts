import { isJsonObject, parseJson } from '../../common/json.ts';

export interface ResultImage {
  readonly extension: string;
  readonly bytes: Uint8Array;
}

/** What the editor's own preview shows; anything else stays a line in the text. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
};

/** The pictures of a result, in their order. */
export function imagesOf(resultJson: string | null): ResultImage[] {
  const result = resultJson === null ? undefined : parseJson(resultJson);
  if (!isJsonObject(result) || !Array.isArray(result.content)) return [];
  return result.content.map(imageOf).filter((image) => image !== undefined);
}

function imageOf(part: unknown): ResultImage | undefined {
  if (!isJsonObject(part) || part.type !== 'image') return undefined;
  if (typeof part.data !== 'string' || typeof part.mimeType !== 'string') return undefined;
  const extension = EXTENSIONS[part.mimeType.toLowerCase()];
  if (extension === undefined) return undefined;
  return { extension, bytes: new Uint8Array(Buffer.from(part.data, 'base64')) };
}
