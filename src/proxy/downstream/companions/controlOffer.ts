import { mayAgentsAnswer, mayRunAlone } from '../../../registry/policy.ts';
import type { ProxyContext, SessionRoute } from '../../proxyContext.ts';
import type { ControlOffer } from './companionTools.ts';

/**
 * What `task_control` offers for a route. Pause: only where calls have a process of ours to
 * themselves; the server of an attached session is never paused (decision 20).
 */
export function controlOffer({ pausing }: ProxyContext, route: SessionRoute): ControlOffer {
  const policy = route.policy();
  const mayPause = pausing.isSupported && !('url' in route.definition) && mayRunAlone(policy);
  return { mayAnswer: mayAgentsAnswer(policy), mayPause };
}
