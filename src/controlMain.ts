/** The entry of `control.js`, which the extension loads after its activation. */
export { ControlClient } from './brokerApi/controlClient.ts';
