import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DEFAULT_NAMES } from '../../../../src/proxy/downstream/companions/companionTools.ts';
import {
  durationOf,
  endedSentence,
  handOffSentence,
  instructionsLine,
  pausedSentence,
  resumedSentence,
  revokedSentence,
  statusMessageOf,
  stillRunningSentence,
} from '../../../../src/proxy/downstream/sentences.ts';
import type { TaskView } from '../../../../src/registry/taskView.ts';

const HANDLE = `th_${'a'.repeat(26)}` as const;
const DAY_MS = 86_400_000;

function view(rest: Partial<TaskView> = {}): TaskView {
  return {
    handle: HANDLE,
    route: 'r',
    tool: 'build',
    status: 'working',
    paused: false,
    attached: true,
    createdAt: '2026-01-01T00:00:00.000Z',
    lastUpdatedAt: '2026-01-01T00:00:00.000Z',
    elapsedMs: 12_000,
    ttlMs: null,
    pollIntervalMs: 5000,
    ...rest,
  };
}

function still(nextCursor: number, rest: Partial<TaskView> = {}): string {
  return stillRunningSentence(view(rest), DEFAULT_NAMES, { nextCursor, ttlMs: DAY_MS });
}

suite('sentences', () => {
  test('hand-off says what it is not and what to do', () => {
    assert.equal(
      handOffSentence(view({ percent: 42 }), DEFAULT_NAMES),
      `NOT THE RESULT YET. \`build\` is still running as task ${HANDLE} (42 %, 12 s). Do not call ` +
        '`build` again: that starts a second run. Do other work if you have any, then call ' +
        `task_poll {"handle":"${HANDLE}"}: it waits up to 45 s and returns the result as soon as ` +
        'there is one.',
    );
  });

  test('polls one to three name the next call', () => {
    const facts = { percent: 58, elapsedMs: 100_000, message: 'Building image' };
    for (const cursor of [2, 3, 4]) {
      assert.equal(
        still(cursor, facts),
        'Still running (58 %, 1 min 40 s, Building image). Call task_poll ' +
          `{"handle":"${HANDLE}","cursor":"${cursor}"}.`,
      );
    }
  });

  test('P9 a paused task says who wants it so, and what to do now', () => {
    const byUser = view({ paused: true, pausedBy: 'user', percent: 42 });
    assert.equal(
      pausedSentence(byUser, DEFAULT_NAMES),
      `Task ${HANDLE} (\`build\`) is paused by the user (42 %, 12 s). It does not go on until it is ` +
        'resumed. Do not poll, and do not call `build` again: tell the user that it waits for ' +
        'them to resume it, and end your turn.',
    );
    assert.equal(
      handOffSentence(byUser, DEFAULT_NAMES),
      `NOT THE RESULT YET. ${pausedSentence(byUser, DEFAULT_NAMES)}`,
    );
    assert.equal(
      statusMessageOf(byUser),
      'paused by the user, does not go on until it is resumed, 42 %',
    );
  });

  test('P9 what an agent has paused an agent may let go on', () => {
    const byAgent = view({ paused: true, pausedBy: 'agent' });
    assert.match(
      pausedSentence(byAgent, DEFAULT_NAMES),
      /paused by an agent .* call task_control \{"handle":"th_a+","action":"resume"\} when/,
    );
    assert.equal(
      resumedSentence(view(), DEFAULT_NAMES),
      `Task ${HANDLE} (\`build\`) goes on. Call task_poll {"handle":"${HANDLE}"} for its result.`,
    );
  });

  test('P10 a guess is marked as one, and left out once it was wrong', () => {
    const estimate = { totalMs: 120_000, samples: 5 };
    assert.match(still(2, { estimate }), /\(12 s, ~2 min in all by earlier runs\)/);
    assert.match(still(2, { estimate, elapsedMs: 121_000 }), /\(2 min 1 s\)/);
  });

  test('polls from the fourth say to stop', () => {
    const stop =
      'Still running. Stop polling: tell the user that it goes on in the background, and end ' +
      'your turn. The result is kept for 24 h.';
    assert.equal(still(5), stop);
    assert.equal(still(50), stop);
  });

  test('leaves out a percent that nobody knows', () => {
    assert.match(handOffSentence(view(), DEFAULT_NAMES), /\(12 s\)/);
  });

  test('uses the names that the companions have', () => {
    const names = { poll: 'task_poll_2', control: 'task_control_2' };
    assert.match(handOffSentence(view(), names), /call task_poll_2 \{/);
    assert.match(instructionsLine(names), /task_poll_2/);
  });

  test('says who stopped a task, why and what to do now', () => {
    const reason = { code: 'revoked', by: 'user', note: 'Too slow.' } as const;
    assert.equal(
      endedSentence(view({ status: 'cancelled', reason })),
      `Task ${HANDLE} (\`build\`) was stopped by the user. Too slow. Do not start it again unless ` +
        'the user asks.',
    );
  });

  test('never calls a lost task done or undone', () => {
    const reason = { code: 'lost', by: 'broker' } as const;
    const sentence = endedSentence(view({ status: 'failed', reason }));
    assert.match(sentence, /nobody knows whether it finished/);
    assert.match(sentence, /Check what it has done before/);
  });

  test('gives the server’s own error', () => {
    const failed = view({ status: 'failed', error: { code: -32000, message: 'no space' } });
    const reason = { code: 'rpc_error', by: 'upstream' } as const;
    assert.match(endedSentence({ ...failed, reason }), /failed: no space/);
  });

  test('tells a stop that only was asked for from a sure one', () => {
    const stopped = (level: 'cooperative' | 'killed') =>
      revokedSentence(
        view({ status: 'cancelled', reason: { code: 'revoked', by: 'agent', level } }),
      );
    assert.match(stopped('cooperative'), /may still be finishing/);
    assert.doesNotMatch(stopped('killed'), /may still be finishing/);
    assert.match(
      revokedSentence(view({ status: 'completed' })),
      /had already ended \(completed\)\.$/,
    );
    const timedOut = view({ status: 'failed', mayStillRun: true });
    assert.match(revokedSentence(timedOut), /had already ended \(failed\)\..*may still be working/);
  });

  test('tells durations as people do', () => {
    const told = [400, 12_000, 60_000, 100_000, 3_600_000, 11_100_000, DAY_MS].map(durationOf);
    assert.deepEqual(told, ['0 s', '12 s', '1 min', '1 min 40 s', '1 h', '3 h 5 min', '24 h']);
  });
});
