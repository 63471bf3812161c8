import { bootstrap } from './bootstrap.mjs';

bootstrap('scripts/fuzz/main.ts');
