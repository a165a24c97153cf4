// Draws the OpenAPI document with Swagger UI: in the look of the app, with a search over all operations.

/** The texts of an operation that a search looks in. */
function words(operation, tag) {
  const parts = [tag, operation.get('method'), operation.get('path')];
  parts.push(...['summary', 'description', 'operationId'].map((field) => operation.getIn(['operation', field])));
  return parts.filter(Boolean).join(' ').toLowerCase();
}

/** The operations that hold every word of a search, by their tags. Swagger UI's own search knows tags only. */
function opsFilter(tagged, phrase) {
  const wanted = phrase.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (tag) => (operation) => {
    const text = words(operation, tag);
    return wanted.every((word) => text.includes(word));
  };
  return tagged
    .map((group, tag) => group.update('operations', (operations) => operations.filter(fits(tag))))
    .filter((group) => group.get('operations').size > 0);
}

/** The field of the search. */
function search({ React }) {
  function FilterContainer({ layoutSelectors, layoutActions }) {
    const shown = layoutSelectors.currentFilter();
    return React.createElement('div', { className: 'docs-search', role: 'search' }, React.createElement('input', {
      type: 'search',
      'aria-label': 'Search the operations',
      placeholder: 'Search the operations',
      maxLength: 200,
      value: typeof shown === 'string' && shown !== 'true' ? shown : '',
      onChange: (event) => layoutActions.updateFilter(event.target.value),
    }));
  }
  return { components: { FilterContainer }, fn: { opsFilter } };
}

window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  layout: 'BaseLayout',
  plugins: [search],
  presets: [SwaggerUIBundle.presets.apis],
  // Its colours are not those of the page.
  syntaxHighlight: false,
  // Nothing is sent to a server elsewhere.
  validatorUrl: null,
});

// The theme is chosen in the app, maybe in another tab.
window.addEventListener('storage', (event) => {
  if (event.key !== null && event.key !== 'sluice.theme') return;
  const theme = event.key === null ? null : event.newValue;
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
});
