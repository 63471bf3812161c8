import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../common/clock.ts';
import type { Disposable } from '../../../common/disposable.ts';
import { isJsonObject } from '../../../common/json.ts';
import { elementsOf } from '../../../common/jsonSpans.ts';
import { parsedSpan, sliceOf, type WireMessage } from '../../wire/wireMessage.ts';
import { responsesOf } from './modernRequest.ts';
import { memberText, objectText, objectWithout } from './splices.ts';

/** "URL elicitation required", an error of 2025-11-25 that 2026-07-28 has no more. */
const VISIT_FIRST = '-32042';

/** A call that the server has refused until the person has visited some pages. */
interface Visit {
  readonly method: string;
  readonly refusal: WireMessage;
  readonly limit: Disposable;
}

/** How long pages wait for the person. */
export interface PageVisitsOptions {
  readonly clock: Clock;
  /** How long a client may take to come again. */
  readonly limitMs: number;
}

/**
 * Pages to visit before a call: to 2025-11-25 the error of a call that is to be made again, in
 * 2026-07-28 a question. The server is done with the call, so the client's retry is a call anew.
 */
export class PageVisits implements Disposable {
  readonly #visits = new Map<string, Visit>();

  constructor(private readonly options: PageVisitsOptions) {}

  /** The `input_required` result in the place of such an error; `null` for any other answer. */
  ask(refusal: WireMessage, method: string): string | null {
    const pages = pagesIn(refusal);
    if (pages.length === 0) return null;
    const state = randomBytes(16).toString('base64url');
    const forget = () => void this.#visits.delete(state);
    const limit = this.options.clock.after(this.options.limitMs, forget);
    this.#visits.set(state, { method, refusal, limit });
    const asked = pages.map((params, index) => {
      return `"page-${index + 1}":{"method":"elicitation/create","params":${params}}`;
    });
    const members = `"inputRequests":{${asked.join(',')}},"requestState":"${state}"`;
    return `{"resultType":"input_required",${members}}`;
  }

  /**
   * The client comes again with this state: `'again'` where the call is to be made, the server's
   * refusal where the person would not; `null` if no page was asked for under it.
   */
  return(request: WireMessage, state: string): 'again' | WireMessage | null {
    const visit = this.#visits.get(state);
    if (visit?.method !== request.method) return null;
    this.#visits.delete(state);
    visit.limit.dispose();
    return isAccepted(request) ? 'again' : visit.refusal;
  }

  dispose(): void {
    for (const { limit } of this.#visits.values()) limit.dispose();
    this.#visits.clear();
  }
}

/** The params (JSON text) of what is to be asked; ids of elicitations are no more. */
function pagesIn({ text, error }: WireMessage): string[] {
  const errorText = error === null ? '{}' : sliceOf(text, error);
  if (memberText(errorText, 'code') !== VISIT_FIRST) return [];
  const list = memberText(objectText(errorText, 'data') ?? '{}', 'elicitations') ?? '';
  return (elementsOf(list) ?? [])
    .map((span) => objectWithout(sliceOf(list, span), ['elicitationId']))
    .filter((page) => memberText(page, 'mode') === '"url"');
}

function isAccepted(request: WireMessage): boolean {
  const responses = parsedSpan(request, responsesOf(request));
  if (!isJsonObject(responses)) return false;
  const all = Object.values(responses);
  return all.length > 0 && all.every((one) => isJsonObject(one) && one.action === 'accept');
}
