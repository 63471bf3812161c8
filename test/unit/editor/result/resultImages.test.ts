import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { imagesOf } from '../../../../src/editor/result/resultImages.ts';

suite('result images', () => {
  test('finds the pictures that an editor shows', () => {
    const content = [
      { type: 'text', text: 'x' },
      { type: 'image', mimeType: 'image/png', data: 'AQI=' },
      { type: 'image', mimeType: 'image/svg+xml', data: 'AQI=' },
    ];
    const images = imagesOf(JSON.stringify({ content }));
    assert.deepEqual(images, [{ extension: 'png', bytes: new Uint8Array([1, 2]) }]);
  });

  test('finds none in what is no result', () => {
    for (const json of [null, 'no', '[]', '{"content":7}']) assert.deepEqual(imagesOf(json), []);
  });
});
