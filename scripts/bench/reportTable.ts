/** One figure against its budget. `isMet` is `null` where nothing was measured. */
export interface Verdict {
  readonly what: string;
  readonly measured: string;
  readonly budget: string;
  readonly isMet: boolean | null;
}

/** The verdict on a figure that must not be above a limit. */
export function atMost(
  what: string,
  value: number | null,
  { limit, unit }: { limit: number; unit: string },
): Verdict {
  return {
    what,
    measured: value === null ? 'not measured' : `${value.toFixed(1)} ${unit}`,
    budget: `≤ ${limit} ${unit}`,
    isMet: value === null ? null : value <= limit,
  };
}

/** Rows in columns; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ');
  const [head = [], ...body] = rows;
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...body.map(line)].join(
    '\n',
  );
}
