import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ResponseError } from 'vscode-jsonrpc';
import { ifKnown } from '../../../src/brokerApi/ifKnown.ts';
import { TaskHandlesError } from '../../../src/common/errors.ts';

const refused = (code: number) =>
  new TaskHandlesError('internal', 'No.', { cause: new ResponseError(code, 'No.') });

suite('a question that an older broker may not know', () => {
  test('is answered', async () => {
    assert.equal(await ifKnown(Promise.resolve(1)), 1);
  });

  test('has no answer where the method is not there', async () => {
    assert.equal(await ifKnown(Promise.reject(refused(-32601))), undefined);
  });

  test('fails as ever otherwise', async () => {
    await assert.rejects(ifKnown(Promise.reject(refused(-32603))), /No\./);
    await assert.rejects(ifKnown(Promise.reject(new Error('cut'))), /cut/);
  });
});
