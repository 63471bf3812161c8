import { resolveHome } from '../../brokerApi/home.ts';
import { readRefusals } from '../../brokerApi/refusalFiles.ts';
import { liftText, refusalText } from '../../brokerApi/refusalText.ts';
import { mayCover } from '../../brokerApi/workRefusal.ts';
import { connectHello } from './connectHello.ts';
import type { ConnectOptions } from './connectOptions.ts';

/**
 * Why nothing may run while no broker is there to refuse it (P7): a refusal that covers this server,
 * or may do so (nobody here tells chats apart). One line; `null`: nothing refuses it.
 */
export function refusalWithoutBroker(options: ConnectOptions): string | null {
  const kept = readRefusals(resolveHome({ home: options.home }).refusals);
  if (kept.length === 0) return null;
  const hello = connectHello(options);
  const workspace = hello.role === 'connect' ? hello.workspace : null;
  const place = { route: options.route, workspace };
  const found = kept.find(({ refusal }) => mayCover(refusal.scope, place))?.refusal;
  return found === undefined ? null : `${refusalText(found)}. ${liftText(found)}`;
}
