#!/usr/bin/env node
import { join } from 'node:path';
import { runCli, type SuperviseProgram, type TerminalProgram } from './cli/runCli.ts';

void runCli(process.argv.slice(2), {
  distFolder: __dirname,
  loadTerminal: () => require(join(__dirname, 'terminal.js')) as TerminalProgram,
  loadSupervise: () => require(join(__dirname, 'supervise.js')) as SuperviseProgram,
});
