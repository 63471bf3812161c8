import type { RouteDefinition } from '../../brokerApi/brokerProtocol.ts';
import type { FoundServer, TrackableServer, UnreadablePlace } from './foundServer.ts';
import type { TrackedServer } from './trackedServers.ts';

/** A tracked server that is ready: what the broker gets, and how the editor shows it. */
export interface ActiveRoute {
  readonly route: string;
  readonly label: string;
  /** Changes with the definition, so that the editor reads the tools again. Nothing secret. */
  readonly version: string;
  readonly definition: RouteDefinition;
}

/** Why a tracked server is not ready; each kind has another way out. */
export type Obstacle =
  | { readonly kind: 'vanished' }
  | { readonly kind: 'unreadable'; readonly place: UnreadablePlace }
  | { readonly kind: 'consent'; readonly found: TrackableServer }
  | { readonly kind: 'input'; readonly found: TrackableServer }
  | { readonly kind: 'problem'; readonly found: FoundServer; readonly problem: string };

export interface Waiting {
  readonly tracked: TrackedServer;
  readonly obstacle: Obstacle;
}

export interface RoutePlan {
  readonly routes: readonly ActiveRoute[];
  readonly waiting: readonly Waiting[];
}
