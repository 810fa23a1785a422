// The published JavaScript SDK, in both of its builds, against a server that runs: node conformance.mjs. It is told by HOTLANE_URL where
// the server is, by HOTLANE_SERVICE_KEY how its backend asks, and by HOTLANE_TOKEN_SECRET how tokens are signed; test/e2e configures it.
import { describe } from 'node:test';
import { channels } from './channels.mjs';
import { connections } from './connection.mjs';
import { builds } from './kit.mjs';
import { recovery } from './recovery.mjs';
import { wire } from './wire.mjs';

for (const build of builds) {
  describe(build.name, { concurrency: 4 }, () => {
    connections(build);
    channels(build);
    recovery(build);
  });
}
describe('wire', { concurrency: 4 }, wire);
