const GAP = '  ';

/** Rows of cells as lines whose columns stand below each other; all rows are as long as the first. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => lengthOf(cells[column]))),
  );
  return rows.map((cells) => joined(cells, widths));
}

function joined(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map(
    (cell, column) => cell + ' '.repeat((widths[column] ?? 0) - lengthOf(cell)),
  );
  return padded.join(GAP).trimEnd();
}

function lengthOf(text = ''): number {
  return Array.from(text).length;
}
