/** Holds a call back until the function that this gives is called. */
export async function hold(page, address) {
  let letGo;
  const released = new Promise((resolve) => (letGo = resolve));
  await page.route(address, async (route) => {
    await released;
    await route.continue();
  });
  return letGo;
}
