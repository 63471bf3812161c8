import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type SocketPlace, socketPathsFor } from '../../../src/brokerApi/socketPath.ts';
import { TaskHandlesError } from '../../../src/common/errors.ts';

const place: SocketPlace = {
  home: '/u/me/.local/state/mcp-task-handles',
  env: { XDG_RUNTIME_DIR: '/run/user/7' },
  platform: 'linux',
  temporaryFolder: '/tmp',
  uid: 7,
};
const foldersOf = (changes: Partial<SocketPlace>) =>
  socketPathsFor({ ...place, ...changes }).map((path) => path.replace(/\/[0-9a-f]{16}\.sock$/, ''));
/** So long that the whole path has this many bytes. */
const folderFor = (bytes: number) => `/${'x'.repeat(bytes - 40)}`;

suite('socket path', () => {
  test('prefers the runtime folder, then the temporary one', () => {
    assert.deepEqual(foldersOf({}), ['/run/user/7/mcp-task-handles', '/tmp/mcp-task-handles-7']);
    assert.deepEqual(foldersOf({ env: {} }), ['/tmp/mcp-task-handles-7']);
    assert.deepEqual(foldersOf({ env: { XDG_RUNTIME_DIR: 'rel' } }), ['/tmp/mcp-task-handles-7']);
  });

  test('its length does not depend on the home, its name does', () => {
    const [one] = socketPathsFor(place);
    const [other] = socketPathsFor({ ...place, home: '/x'.repeat(500) });
    assert.notEqual(one, other);
    assert.equal(one?.length, other?.length);
    assert.deepEqual(socketPathsFor(place), socketPathsFor(place));
  });

  test('a folder that is too long is passed over', () => {
    const env = { XDG_RUNTIME_DIR: folderFor(200) };
    assert.deepEqual(foldersOf({ env }), ['/tmp/mcp-task-handles-7']);
  });

  test('the limit is 107 bytes on Linux, 103 elsewhere', () => {
    const fits = (platform: NodeJS.Platform, bytes: number) => {
      const env = { XDG_RUNTIME_DIR: folderFor(bytes) };
      const [first] = socketPathsFor({ ...place, platform, env });
      return Buffer.byteLength(first ?? '') === bytes;
    };
    assert.deepEqual([fits('linux', 107), fits('linux', 108)], [true, false]);
    assert.deepEqual([fits('darwin', 103), fits('darwin', 104)], [true, false]);
  });

  test('when none fits the cure is named', () => {
    const long = { env: {}, temporaryFolder: folderFor(200) };
    assert.throws(
      () => foldersOf(long),
      (error) =>
        TaskHandlesError.is(error, 'socket_path_too_long') &&
        /set XDG_RUNTIME_DIR or TMPDIR/.test(error.message),
    );
  });

  test('Windows has a named pipe', () => {
    const [path] = socketPathsFor({ ...place, platform: 'win32' });
    assert.match(path ?? '', /^\\\\\.\\pipe\\mcp-task-handles-[0-9a-f]{16}$/);
  });
});
