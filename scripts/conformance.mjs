import { bootstrap } from './bootstrap.mjs';

bootstrap('scripts/conformance/main.ts');
