import type { Socket } from 'node:net';
import type { ConnectHello, ControlHello } from '../brokerApi/brokerProtocol.ts';
import { messageOf } from '../common/errors.ts';
import type { ProxyContext } from '../proxy/proxyContext.ts';
import { handleAuditRequests } from './auditHandlers.ts';
import type { AuthorityParts } from './authority/authorityParts.ts';
import { handleLockRequests } from './authority/lockHandlers.ts';
import { handleWorkRequests } from './authority/workHandlers.ts';
import type { BrokerContext, PartsBase } from './brokerContext.ts';
import { handleBrokerRequests } from './brokerHandlers.ts';
import { serveConnect } from './connectFront.ts';
import type { ControlConnection } from './controlConnection.ts';
import { type ControlDesk, handleTaskRequests } from './controlHandlers.ts';
import { controlPrincipal } from './controlPrincipal.ts';
import type { EndingParts } from './ending/endingParts.ts';
import { handlePauseRequests } from './ending/pauseHandlers.ts';
import { handleFrontRequests } from './frontHandlers.ts';
import type { HttpFronts } from './httpFronts.ts';
import { handleQuestionRequests } from './questionHandlers.ts';
import type { RecordParts } from './recordParts.ts';
import { handleDoctorRequests } from './sweep/doctorHandlers.ts';
import type { Sweeper } from './sweep/sweeper.ts';
import type { WorkParts } from './workParts.ts';

/** What clients reach. */
export interface Served extends PartsBase, RecordParts, AuthorityParts, WorkParts, EndingParts {
  readonly proxy: ProxyContext;
  readonly httpFronts: HttpFronts;
  readonly sweeper: Sweeper;
  readonly attachWorkspace: ControlDesk['attachWorkspace'];
}

/** Where clients come in: by a control link, or as the `connect` of a host. */
export interface Fronts {
  readonly onControl: (connection: ControlConnection, hello: ControlHello) => void;
  /** The socket is paused; its bytes are MCP lines. */
  readonly onConnect: (socket: Socket, hello: ConnectHello) => void;
}

export function frontsOf(context: BrokerContext, served: Served): Fronts {
  const { log, proxy, routes } = served;
  return {
    onControl: (connection, hello) => serveControl(connection, { hello, context, served }),
    onConnect: (socket, hello) => {
      serveConnect(socket, hello, { context: proxy, routes, log }).catch((error: unknown) =>
        log.write('error', `A connection failed: ${messageOf(error)}`, error),
      );
    },
  };
}

interface ControlSurroundings {
  readonly hello: ControlHello;
  readonly context: BrokerContext;
  readonly served: Served;
}

function serveControl(
  connection: ControlConnection,
  { hello, context, served }: ControlSurroundings,
): void {
  const { proxy, httpFronts, log, calls, adminPolicy } = served;
  const asked = { ...served, principal: (named?: unknown) => controlPrincipal(named, hello) };
  handleBrokerRequests(connection, { ...served, context, liveCount: () => calls.size });
  handleLockRequests(connection, adminPolicy);
  handleAuditRequests(connection, served.audit);
  handleDoctorRequests(connection, served.sweeper);
  handleFrontRequests(connection, { fronts: httpFronts, log });
  handleTaskRequests(connection, asked);
  handlePauseRequests(connection, { ...asked, pausing: proxy.pausing });
  handleWorkRequests(connection, asked);
  handleQuestionRequests(connection, asked);
}
