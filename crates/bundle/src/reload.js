// Part of pages built by `cargo xtask dev` only: reloads the page when another build of the app is served.
const own = new URL('.', import.meta.url).pathname;

setInterval(async () => {
  try {
    const answer = await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-store' });
    const page = await answer.text();
    // An answer without assets is not the page: the server has no app yet.
    if (page.includes('/assets/') && !page.includes(own)) location.reload();
  } catch {
    // The server is restarting.
  }
}, 1000);
