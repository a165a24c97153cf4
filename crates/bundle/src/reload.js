// Part of pages made by `cargo xtask dev` only: loads the page again when another build of the app is served.
const own = new URL('.', import.meta.url).pathname;

setInterval(async () => {
  try {
    const answer = await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-store' });
    const page = await answer.text();
    // An answer that names no assets is not the page: the server is being built, or has no app.
    if (page.includes('/assets/') && !page.includes(own)) location.reload();
  } catch {
    // The server is being started again.
  }
}, 1000);
