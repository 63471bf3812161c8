import { join } from 'node:path';
import { brokerTasks } from '../../test/support/editorHost/brokerTasks.ts';
import { runCommand } from '../devTools/runCommand.ts';
import { killSwitch, pauseAndResume } from './controlScenes.ts';
import { crash } from './crashScene.ts';
import { withStage } from './demoStage.ts';
import { callTools, finish, firstRun, poll, reload, revoke, track } from './scenes.ts';

const ROOT = join(import.meta.dirname, '../..');

async function main(): Promise<void> {
  const isDesktop = process.argv.includes('--desktop');
  const isKept = process.argv.includes('--keep');
  await runCommand(process.execPath, ['esbuild.mjs', '--production'], { cwd: ROOT });
  await withStage({ isDesktop, isKept }, async (stage) => {
    await firstRun(stage);
    await track(stage);
    const { long, command, percent } = await callTools(stage);
    const later = await poll(stage, { long, percent });
    await reload(stage, { long, percent: later });
    await revoke(stage, command);
    await finish(stage, long);
    const next = await pauseAndResume(stage);
    await killSwitch(stage, next);
    await crash(stage);
    const tasks = await brokerTasks(stage.host.home);
    const facts = tasks.map(({ handle, tool, status, reason }) => {
      const freed = reason?.freed === undefined ? '' : `, freed ${JSON.stringify(reason.freed)}`;
      const why = reason ? `, ${reason.code} by ${reason.by}, level ${reason.level}${freed}` : '';
      return `- ${handle} \`${tool}\`: ${status}${why}`;
    });
    stage.report.tell(`The broker's records:\n\n${facts.join('\n')}`);
  });
  console.log('The demo is done: see out/demo/transcript.md and the pictures beside it.');
}

main().then(
  // What Playwright and the downloads leave open must not keep us here.
  () => process.exit(0),
  (error: Error) => {
    console.error(error.stack ?? error.message);
    process.exit(1);
  },
);
