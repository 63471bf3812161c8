import { bootstrap } from './bootstrap.mjs';

bootstrap('scripts/packaging/main.ts');
