import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { acceptNewWork, revokeEverything } from '../../test/support/editorHost/killSwitch.ts';
import { pidIn, processStates } from '../../test/support/editorHost/processStates.ts';
import { refusedItem } from '../../test/support/editorHost/statusBar.ts';
import { until } from '../../test/support/editorHost/until.ts';
import { commandProcesses, describe, whichLive } from './commandProcesses.ts';
import type { DemoStage } from './demoStage.ts';
import { COMMAND, handleIn, LONG } from './scenes.ts';

/** Long enough that a task which went on would show it: the server tells a percent each second. */
const STANDSTILL_MS = 5_000;
const NAP = `302.${process.pid}`;

function tellStates(pid: number): string {
  const lines = processStates(pid).map(
    ({ pid, state, command }) => `- ${pid}: state \`${state}\`, \`${command}\``,
  );
  return lines.length === 0 ? '- none' : lines.join('\n');
}

function areAll(pid: number, isFit: (state: string) => boolean): boolean {
  const states = processStates(pid);
  return states.length > 0 && states.every(({ state }) => isFit(state));
}

/** A task whose server process is its own. */
export interface IsolatedTask {
  readonly handle: string;
  readonly pid: number;
}

/** P9: one of a server process of its own is paused, stands still, and goes on. */
export async function pauseAndResume(stage: DemoStage): Promise<IsolatedTask> {
  const { chat, view, report, shot } = stage;
  const handle = handleIn(await chat.ask(`call ${LONG} {"duration":100,"steps":100}`));
  await view.waitForPercent(LONG, 3);
  const pid = pidIn(await view.tooltipOf(LONG));
  report.tell(`The next call has a server process of its own:\n\n${tellStates(pid)}`);
  await view.clickInline(LONG, /Pause Task/);
  await view.lookAway();
  const { description } = await view.waitForDescription(LONG, /^paused/);
  await until(() => areAll(pid, (state) => state === 'T'), { what: 'its processes to stand' });
  report.tell(`Paused by one click ("${description}"); its processes:\n\n${tellStates(pid)}`);
  await shot('paused');
  const poll = await chat.ask(`call task_poll {"handle":"${handle}","waitMs":1000}`);
  assert.match(poll.output ?? '', /paused/i);
  await delay(STANDSTILL_MS);
  const later = await view.waitForDescription(LONG, /^paused/);
  assert.equal(later.description, description, 'neither percent nor clock has moved');
  report.tell(`${STANDSTILL_MS / 1000} s and a poll later it says the same: "${description}".`);
  await report.agent();
  await resume(stage, pid);
  return { handle, pid };
}

async function resume({ view, report, shot }: DemoStage, pid: number): Promise<void> {
  const before = (await view.percentOf(LONG)) ?? 0;
  await view.clickInline(LONG, /Resume Task/);
  await view.lookAway();
  const percent = await view.waitForPercent(LONG, before + 2);
  assert.ok(areAll(pid, (state) => state !== 'T'));
  report.tell(`Resumed: from ${before} % to ${percent} %; its processes:\n\n${tellStates(pid)}`);
  await shot('resumed');
}

/** P7: everything ends at once, and nothing new begins until the person says so. */
export async function killSwitch(
  stage: DemoStage,
  { handle: long, pid }: IsolatedTask,
): Promise<void> {
  const { page, chat, view, report, shot } = stage;
  const script = `sleep ${NAP} & sleep ${NAP} & wait`;
  const command = handleIn(
    await chat.ask(`call ${COMMAND} ${JSON.stringify({ command: script })}`),
  );
  const workers = [...commandProcesses(NAP)];
  report.tell(`Two tasks run, ${long} and ${command}:\n\n${tellStates(pid)}\n${describe(workers)}`);
  await revokeEverything(page, shot);
  const startedAt = Date.now();
  const areGone = () => whichLive(workers).length === 0 && processStates(pid).length === 0;
  await until(areGone, { what: 'every process to be gone', everyMs: 20 });
  report.tell(`Revoke All, ${Date.now() - startedAt} ms after the answer: nothing of them runs.`);
  for (const part of [`sleep ${NAP}`, 'duration=100']) {
    await view.waitForDescription(part, /^revoked .* ended/);
  }
  await page.locator('.statusbar-item', { hasText: 'agent tasks revoked' }).waitFor();
  await shot('everything-revoked');
  await refusedThenAccepted(stage);
}

async function refusedThenAccepted({ page, chat, report, shot, view }: DemoStage): Promise<void> {
  const refused = await chat.ask(`call ${LONG} {"duration":8,"steps":8}`);
  assert.match(refused.output ?? refused.error ?? '', /refused/i);
  report.tell("The agent's next call is refused, and it is told why.");
  await report.agent();
  await shot('the-next-call-is-refused');
  await acceptNewWork(page, shot);
  assert.equal(await refusedItem(page).isVisible(), false);
  const next = handleIn(await chat.ask(`call ${LONG} {"duration":12,"steps":12}`));
  await view.waitForPercent(LONG, 1);
  report.tell(`Accept New Work: the next call works, ${next} runs.`);
  await report.agent();
  await shot('new-work-is-accepted');
  await view.waitForDescription('duration=12', /\bdone\b/);
}
