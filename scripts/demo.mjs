import { bootstrap } from './bootstrap.mjs';

bootstrap('scripts/demo/main.ts');
