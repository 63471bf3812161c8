import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TreeNodes } from '../../../../src/editor/view/treeNodes.ts';

const shape = { live: ['a'], finished: ['b'], older: [], others: ['c'] };

suite('tree nodes', () => {
  test('keeps the element of a row that moves', () => {
    const nodes = new TreeNodes();
    nodes.reshape(shape);
    const [before] = nodes.children();
    assert.ok(nodes.reshape({ ...shape, live: [], finished: ['a', 'b'] }));
    assert.equal(nodes.children()[0], before);
  });

  test('says when nothing has moved', () => {
    const nodes = new TreeNodes();
    assert.ok(nodes.reshape(shape));
    assert.ok(!nodes.reshape({ ...shape, live: ['a'] }));
  });

  test('shows a group only when it holds something', () => {
    const nodes = new TreeNodes();
    nodes.reshape(shape);
    assert.deepEqual(
      nodes.children().map(({ id }) => id),
      ['a', 'b', 'others'],
    );
    assert.deepEqual(
      nodes.children({ kind: 'group', id: 'others' }).map(({ id }) => id),
      ['c'],
    );
  });

  test('finds the group that a row is in', () => {
    const nodes = new TreeNodes();
    nodes.reshape(shape);
    assert.equal(nodes.parentOf(nodes.row('c'))?.id, 'others');
    assert.equal(nodes.parentOf(nodes.row('a')), undefined);
  });
});
