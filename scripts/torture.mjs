import { bootstrap } from './bootstrap.mjs';

bootstrap('scripts/torture/main.ts');
