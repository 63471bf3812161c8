import { PRODUCT } from '../../common/product.ts';
import type { ConnectOptions } from './connectOptions.ts';

/**
 * Command lines are public: what headers and an address may hold is taken out of ours as soon as it
 * has been read. A server's own command line is left: it is as public in the server itself.
 */
export function hideArguments(word: 'connect' | 'serve', { route, remote }: ConnectOptions): void {
  if (remote !== undefined) process.title = `${PRODUCT} ${word} --route ${route}`;
}
