/** Holds the calls of an address back, or those that `which` chooses, until the function that this gives is called. */
export async function hold(page, address, which = () => true) {
  const { promise, resolve } = promised();
  await page.route(address, async (route) => {
    if (which(route.request())) {
      await promise;
    }
    await route.continue();
  });
  return resolve;
}

/** A promise and the function that resolves it, which may be called before anybody waits. */
export function promised() {
  let resolve;
  const promise = new Promise((given) => (resolve = given));
  return { promise, resolve };
}
