import { PRODUCT } from '../../common/product.ts';

/** What `--help` prints. */
export const USAGE = `${PRODUCT}: long MCP tool calls become tasks that can be seen, kept and stopped.

An MCP server in the place of another one (stdio):
  connect --route NAME [--workspace ID] [--policy auto|always|never] [--hand-off-after MS]
          [--isolation shared|perCall]
          [--ttl MS] [--idle-timeout MS] [--total-timeout MS] [--max-live-tasks N]
          [--native-tasks never|optional|required] [--redact-key NAME]… [-- COMMAND ARGS…]
  connect --route NAME --url URL [--transport http|sse] [--header NAME:VALUE]…
          [--header-env NAME=VARIABLE]…   a remote one; secrets by --header-env

The same over Streamable HTTP, on this machine only, until it is interrupted:
  serve --route NAME [--port N] [--token-file FILE] [--print-token]
          and the options of connect [-- COMMAND ARGS…]

An MCP server (stdio) for agents that watch over other agents' tasks:
  supervise                          sees and stops every task of the user

Tasks:
  list [--all] [--workspace ID]      live tasks and the last that ended; --all: every one kept
  status HANDLE                      all that is known of a task
  wait HANDLE [--timeout MS]         returns when it has ended: 0 if completed, else 1
  result HANDLE                      what the tool answered
  revoke HANDLE… [--reason TEXT] [--force]
                                     stops tasks for good; --force: also what shares their server
  pause HANDLE                       its processes stand still, and its clocks, until it is resumed
  resume HANDLE                      lets a paused task go on
  revoke --all [--route NAME] [--workspace ID] [--conversation ID] [--reason TEXT]
                                     stops all of it, and refuses new work of it until:
  accept-new-work [ID]               lifts what was refused; with ID: that refusal alone
  panic [--reason TEXT]              as revoke --all, at once and without the broker: it may hang
  extend HANDLE [--by MS]            more time for a task that nears a limit; else as much again
  answer HANDLE [--key KEY] [--accept JSON | --decline | --cancel | --response JSON]
                                     what a task asks; with one of these: the answer to it
  audit [HANDLE] [--verify]          who did what, and when; --verify: whether a row was changed
Broker:
  broker status                      whether it runs; never starts one
  broker stop [--drain]              ends it; --drain: when nothing is live any more
  doctor [--mend]                    what is left behind or wrong, also without a broker: 0 if
                                     nothing is; --mend: puts it right where that is possible

Everywhere: --home DIR, --help. But for connect, serve and supervise: --json (one JSON document
on stdout).
--version tells which this is.
Exit codes: 0 done, 1 failed, 2 usage, 3 no such handle, 4 no broker.`;
