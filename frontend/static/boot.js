// Starts the app. Imported here and not in the page, so that a file that does not come is noticed, too.
try {
  const { default: init } = await import('./app.js');
  await init({ module_or_path: new URL('./app_bg.wasm', import.meta.url) });
} catch (error) {
  console.error(error);
  document.getElementById('boot')?.remove();
  document.getElementById('crash')?.removeAttribute('hidden');
}
