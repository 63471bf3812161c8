import assert from 'node:assert/strict';
import type { TranscriptEntry } from '../../test/support/editorHost/chatView.ts';
import { waitForWorkbench } from '../../test/support/editorHost/openWindow.ts';
import { runCommandByTitle } from '../../test/support/editorHost/quickInput.ts';
import { trackServer } from '../../test/support/editorHost/trackServer.ts';
import { until } from '../../test/support/editorHost/until.ts';
import { commandProcesses, describe, whichLive } from './commandProcesses.ts';
import type { DemoStage } from './demoStage.ts';

export const LONG = 'trigger-long-running-operation';
export const COMMAND = 'run_command';
const HANDLE = /th_[a-z2-7]{26}/;

/** Seconds that nobody else sleeps: how the command's processes are known. */
const NAP = `300.${process.pid}`;

export function handleIn({ output, error }: TranscriptEntry): string {
  const handle = HANDLE.exec(output ?? '')?.[0];
  assert.ok(handle, `the model is given a handle, not: ${output ?? error}`);
  return handle;
}

export async function firstRun({ page, view, report, shot }: DemoStage): Promise<void> {
  await view.open();
  await page.getByRole('button', { name: 'Track an MCP Server' }).waitFor();
  await page.getByText('Activating Extensions').waitFor({ state: 'hidden' });
  report.tell('The person opens the Agent Tasks view for the first time.');
  await shot('first-run');
}

export async function track({ page, view, report, shot }: DemoStage): Promise<void> {
  await page.getByRole('button', { name: 'Track an MCP Server' }).click();
  await trackServer(page, 'everything', { shot });
  report.tell('Two clicks and a consent later, the server `everything` is tracked.');
  await runCommandByTitle(page, 'Agent Tasks: Track MCP Server');
  await trackServer(page, 'commands', { shot });
  report.tell('So is `commands`, which runs shell commands.');
  await view.open();
  await view.widen();
}

/** The agent starts both, and is free again in seconds. */
export async function callTools({ chat, view, report, shot }: DemoStage) {
  await chat.ask('say Good morning. I start a command and a long operation.');
  const script = `sleep ${NAP} & sleep ${NAP} & wait`;
  const command = handleIn(
    await chat.ask(`call ${COMMAND} ${JSON.stringify({ command: script })}`),
  );
  report.tell(`The agent has the handle ${command} for \`${script}\`.`);
  const long = handleIn(await chat.ask(`call ${LONG} {"duration":45,"steps":15}`));
  report.tell(`The agent has the handle ${long} for \`${LONG}\`.`);
  await chat.ask('say Both run in the background; meanwhile I read the code.');
  const percent = await view.waitForPercent(LONG, 1);
  await shot('agent-goes-on');
  report.tell(`The view shows ${percent} %.`);
  await report.agent();
  return { long, command, percent };
}

export async function poll(
  { chat, view, report, shot }: DemoStage,
  { long, percent: before }: { long: string; percent: number },
): Promise<number> {
  const answer = await chat.ask(`call task_poll {"handle":"${long}","waitMs":1000}`);
  assert.match(answer.output ?? '', /[Ss]till running/);
  await report.agent();
  const percent = await view.waitForPercent(LONG, before + 1);
  report.tell(`Polled; the view shows ${percent} %.`);
  await shot('rising-percent');
  return percent;
}

export async function reload(
  stage: DemoStage,
  { long, percent }: { long: string; percent: number },
) {
  const { page, view, report, shot } = stage;
  assert.match(await view.tooltipOf(LONG), new RegExp(long));
  await shot('before-reload');
  await runCommandByTitle(page, 'Developer: Reload Window');
  await page.waitForEvent('load');
  await waitForWorkbench(page);
  await view.open();
  const after = await view.waitForPercent(LONG, percent);
  assert.match(await view.tooltipOf(LONG), new RegExp(long));
  await shot('after-reload');
  report.tell(`The window was reloaded: same handle ${long}, now ${after} %.`);
}

export async function revoke({ view, report, shot }: DemoStage, handle: string): Promise<void> {
  const before = commandProcesses(NAP);
  assert.ok(before.length >= 3, `a shell and two children run, not ${before.length}`);
  report.tell(`Processes of the command before the revoke:\n\n${describe(before)}`);
  const startedAt = Date.now();
  await view.clickInline(COMMAND, /Revoke/);
  await until(() => whichLive(before).length === 0, { what: 'its processes to be gone' });
  report.tell(`One click, ${Date.now() - startedAt} ms later: all of them are gone (${handle}).`);
  await view.waitForDescription(COMMAND, /revoked/);
  assert.deepEqual(commandProcesses(NAP), []);
  await shot('revoked');
}

export async function finish(stage: DemoStage, long: string): Promise<void> {
  const { page, view, chat, report, shot } = stage;
  const { description } = await view.waitForDescription(LONG, /\bdone\b/);
  report.tell(`The long operation has ended: "${description}".`);
  await shot('completed');
  await view.clickInline(LONG, /Show Result/);
  const text = page.locator('.part.editor .view-line').getByText(/Duration:\s45\sseconds/);
  await text.first().waitFor();
  await shot('result');
  report.tell('Its result is open, from the tree.');
  const answer = await chat.ask(`poll ${long}`);
  assert.equal(answer.output, 'Long running operation completed. Duration: 45 seconds, Steps: 15.');
  await report.agent();
  await shot('agent-reads-the-result');
}
