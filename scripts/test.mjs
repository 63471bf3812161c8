import { bootstrap } from './bootstrap.mjs';

bootstrap('scripts/testRun/main.ts');
