import { isJsonObject, parseJson } from '../../common/json.ts';

/** What was agreed at `initialize`, kept so that an adopting connection can be answered. */
export interface Handshake {
  readonly paramsText: string;
  readonly resultText: string;
}

/** The `protocolVersion` and `capabilities` of `initialize` params, for the adoption key. */
export function handshakeKey(paramsText: string): { version: string; capabilitiesJson: string } {
  const params = parseJson(paramsText);
  if (!isJsonObject(params)) return { version: '', capabilitiesJson: '' };
  return {
    version: String(params.protocolVersion ?? ''),
    capabilitiesJson: JSON.stringify(params.capabilities ?? {}),
  };
}
