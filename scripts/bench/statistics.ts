/** The value below which this share (0..1) of the samples lies; by nearest rank. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[rank] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

export interface Spread {
  readonly samples: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export function spreadOf(samplesMs: readonly number[]): Spread {
  return {
    samples: samplesMs.length,
    p50Ms: quantile(samplesMs, 0.5),
    p99Ms: quantile(samplesMs, 0.99),
  };
}
