import { places } from '../lib/places.js';
import { expectSound } from '../lib/sound.js';
import { test } from '../lib/test.js';

for (const [name, goTo] of Object.entries(places)) {
  test(`${name} holds for every reader, light and dark`, async ({ page, api, guard }) => {
    await goTo({ page, api, guard });
    await expectSound(page);
  });
}
