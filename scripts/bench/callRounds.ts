import type { BenchClient } from './benchClient.ts';
import { median, quantile } from './statistics.ts';

export type Way = 'direct' | 'relay' | 'broker';
export const WAYS: readonly Way[] = ['direct', 'relay', 'broker'];
export const IN_FLIGHT = [1, 16] as const;

export interface RoundResult {
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One way with one number in flight: medians of its rounds, and of the rounds' ratios. */
export interface WayResult extends RoundResult {
  readonly way: Way;
  readonly inFlight: number;
  readonly callsToDirect: number;
  readonly p50ToDirect: number;
  readonly callsToRelay: number;
  readonly p50ToRelay: number;
}

export interface CallRoundsOptions {
  readonly clients: Readonly<Record<Way, BenchClient>>;
  readonly rounds: number;
  readonly roundMs: number;
}

const PARAMS = { name: 'echo', arguments: { text: 'x'.repeat(64) } };

/**
 * Calls one way after the other in short rounds, in turning order: what else the machine does
 * meanwhile hits all alike.
 */
export async function measureCalls(options: CallRoundsOptions): Promise<WayResult[]> {
  const { clients, rounds, roundMs } = options;
  for (const way of WAYS) await round(clients[way], 16, 4 * roundMs);
  const results: WayResult[] = [];
  for (const inFlight of IN_FLIGHT) {
    const byWay: Record<Way, RoundResult[]> = { direct: [], relay: [], broker: [] };
    for (let turn = 0; turn < rounds; turn += 1) {
      for (let step = 0; step < WAYS.length; step += 1) {
        const way = WAYS[(turn + step) % WAYS.length] ?? 'direct';
        byWay[way].push(await round(clients[way], inFlight, roundMs));
      }
    }
    for (const way of WAYS) results.push(summary(way, inFlight, byWay));
  }
  return results;
}

/** Keeps so many calls in flight for a time. */
function round(client: BenchClient, inFlight: number, roundMs: number): Promise<RoundResult> {
  const latencies: number[] = [];
  const begin = performance.now();
  const end = begin + roundMs;
  let open = 0;
  return new Promise((resolve, reject) => {
    const call = () => {
      open += 1;
      const sentAt = performance.now();
      client.send('tools/call', PARAMS, (message) => {
        const now = performance.now();
        open -= 1;
        if (message.error !== undefined) return reject(new Error(message.error.message));
        latencies.push(now - sentAt);
        if (now < end) call();
        else if (open === 0) resolve(resultOf(latencies, now - begin));
      });
    };
    for (let index = 0; index < inFlight; index += 1) call();
  });
}

function resultOf(latencies: readonly number[], elapsedMs: number): RoundResult {
  return {
    callsPerSecond: (latencies.length / elapsedMs) * 1000,
    p50Ms: median(latencies),
    p99Ms: quantile(latencies, 0.99),
  };
}

function summary(
  way: Way,
  inFlight: number,
  byWay: Readonly<Record<Way, readonly RoundResult[]>>,
): WayResult {
  const own = byWay[way];
  const ratio = (to: Way, figure: 'callsPerSecond' | 'p50Ms') =>
    median(own.map((result, index) => result[figure] / (byWay[to][index]?.[figure] ?? Number.NaN)));
  return {
    way,
    inFlight,
    callsPerSecond: median(own.map((result) => result.callsPerSecond)),
    p50Ms: median(own.map((result) => result.p50Ms)),
    p99Ms: median(own.map((result) => result.p99Ms)),
    callsToDirect: ratio('direct', 'callsPerSecond'),
    p50ToDirect: ratio('direct', 'p50Ms'),
    callsToRelay: ratio('relay', 'callsPerSecond'),
    p50ToRelay: ratio('relay', 'p50Ms'),
  };
}
