/** Lets everything run that waits for nothing but its turn: for code on fakes, without real I/O. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
