import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { DEFAULT_POLICY } from '../../../src/registry/policy.ts';

const { contributes, icon } = JSON.parse(readFileSync('package.json', 'utf8'));
const properties: Record<string, { default?: unknown; scope?: string; order?: number }> =
  contributes.configuration.properties;

suite('contributed settings', () => {
  test('have the defaults that the registry has', () => {
    const contributed = Object.keys(DEFAULT_POLICY).map((name) => [
      name,
      properties[`mcpTaskHandles.${name}`]?.default,
    ]);
    assert.deepEqual(Object.fromEntries(contributed), DEFAULT_POLICY);
  });

  test('let no workspace switch supervision on', () => {
    const { default: value, scope } = properties['mcpTaskHandles.supervise.enabled'] ?? {};
    assert.deepEqual([value, scope], [false, 'machine']);
  });

  test('each have a scope and a place', () => {
    const unfinished = Object.entries(properties).filter(
      ([, { scope, order }]) => scope === undefined || order === undefined,
    );
    assert.deepEqual(unfinished, []);
  });

  test('each have a place of their own', () => {
    const places = Object.values(properties).map(({ order }) => order);
    assert.equal(new Set(places).size, places.length);
  });
});

suite('contributed commands', () => {
  const commands: { command: string; icon?: string }[] = contributes.commands;

  test('are all there that menus and keys name', () => {
    const known = new Set(commands.map(({ command }) => command));
    const named: { command: string }[] = [
      ...Object.values<{ command: string }[]>(contributes.menus).flat(),
      ...contributes.keybindings,
    ];
    assert.ok(named.length > 0);
    assert.deepEqual(
      named.filter(({ command }) => !known.has(command)),
      [],
    );
  });

  test('have an icon where they are drawn on a row', () => {
    const inline: { command: string; group: string }[] = contributes.menus[
      'view/item/context'
    ].filter(({ group }: { group: string }) => group.startsWith('inline'));
    const icons = new Map(commands.map(({ command, icon }) => [command, icon]));
    assert.ok(inline.length > 0);
    assert.deepEqual(
      inline.filter(({ command }) => icons.get(command) === undefined),
      [],
    );
  });
});

suite('contributed pictures', () => {
  test('are all in the package', () => {
    const fonts: { default: { fontPath: string } }[] = Object.values(contributes.icons);
    const files = [
      icon,
      contributes.viewsContainers.activitybar[0].icon,
      ...new Set(fonts.map(({ default: { fontPath } }) => fontPath)),
    ];
    assert.deepEqual(
      files.filter((file) => !existsSync(file)),
      [],
    );
  });
});
