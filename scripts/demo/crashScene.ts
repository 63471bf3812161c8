import assert from 'node:assert/strict';
import { join } from 'node:path';
import { until } from '../../test/support/editorHost/until.ts';
import { runCommand } from '../devTools/runCommand.ts';
import { commandProcesses, whichLive } from './commandProcesses.ts';
import type { DemoStage } from './demoStage.ts';
import { COMMAND, handleIn, LONG } from './scenes.ts';

const CLI = join(import.meta.dirname, '../../dist/cli.js');
/** What is promised on a quiet machine, and what a busy one may take. */
const PROMISED_MS = 2_000;
const BOUND_MS = 5_000;
const NAP = `301.${process.pid}`;

async function brokerPid(home: string): Promise<number> {
  const args = [CLI, 'broker', 'status', '--json', '--home', home];
  const { pid } = JSON.parse(await runCommand(process.execPath, args)) as { pid: number };
  assert.ok(Number.isInteger(pid) && pid > 1, `a process id, not ${pid}`);
  return pid;
}

/** Two tasks run when the broker is killed: the view tells their fate, and work goes on (P5). */
export async function crash(stage: DemoStage): Promise<void> {
  const { host, chat, view, report, shot } = stage;
  const command = handleIn(await chat.ask(`call ${COMMAND} {"command":"sleep ${NAP}"}`));
  handleIn(await chat.ask(`call ${LONG} {"duration":120,"steps":60}`));
  await view.waitForPercent(LONG, 1);
  await report.agent();
  await shot('before-the-crash');
  const workers = commandProcesses(NAP);
  assert.ok(workers.length > 0, 'the command runs');
  const pid = await brokerPid(host.home);
  const tookMs = await killAndWatch(stage, pid);
  const verdict =
    tookMs <= PROMISED_MS ? 'as promised' : `more than the ${PROMISED_MS} ms promised`;
  report.tell(
    `The broker (${pid}) was killed with SIGKILL: ${tookMs} ms later the view says of both that they are lost, and why (${verdict}).`,
  );
  await shot('both-lost');
  assert.match(await view.tooltipOf('lost'), /Reason: lost; .*is unknown/);
  await shot('why-it-was-lost');
  assert.ok(tookMs <= BOUND_MS, `lost within ${BOUND_MS} ms, not ${tookMs}`);
  await until(() => whichLive(workers).length === 0, { what: 'its processes to be gone' });
  report.tell(`Nothing of the command ${command} runs any more.`);
  await goOn(stage, command);
}

async function killAndWatch({ view }: DemoStage, pid: number): Promise<number> {
  const startedAt = Date.now();
  process.kill(pid, 'SIGKILL');
  const areLost = async () => {
    const lost = (await view.tasks()).filter(({ description }) =>
      /^lost .* · \w/.test(description),
    );
    return lost.length === 2;
  };
  await until(areLost, { what: 'both rows to say that they are lost', everyMs: 20 });
  return Date.now() - startedAt;
}

/** The same agent asks for the lost task, and calls again. */
async function goOn({ chat, view, report, shot }: DemoStage, lost: string): Promise<void> {
  const fate = await chat.ask(`call task_poll {"handle":"${lost}"}`);
  assert.match(fate.output ?? '', /lost/);
  const next = handleIn(await chat.ask(`call ${LONG} {"duration":8,"steps":8}`));
  await view.waitForPercent(LONG, 1);
  report.tell(`The next call works: ${next} runs, under a broker that nobody had to start.`);
  await report.agent();
  await shot('the-next-call-works');
  await view.waitForDescription('duration=8', /\bdone\b/);
}
