// Runs before the first paint, so that a page in the chosen theme never flashes in the other one.
try {
  const theme = localStorage.getItem('sluice.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // A browser may refuse to store anything: the system's theme it is.
}
