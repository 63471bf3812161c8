import type { Log } from '../../common/log.ts';
import type { Consent } from './consent.ts';
import type { Findings } from './foundServer.ts';
import type { InputAnswers } from './inputAnswers.ts';
import type { Originals } from './originals.ts';
import type { RouteKeeper } from './routeKeeper.ts';
import type { TrackedServers } from './trackedServers.ts';

/** What the commands of tracking work with. */
export interface TrackingContext {
  readonly tracked: TrackedServers;
  readonly consent: Consent;
  readonly answers: InputAnswers;
  readonly originals: Originals;
  readonly keeper: RouteKeeper;
  readonly log: Log;
  find(): Promise<Findings>;
}
