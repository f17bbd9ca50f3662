/** Node's strict assertions, reached without an import, so that the subpath also loads where there is no Node. */
export const assert: typeof import('node:assert/strict') =
  globalThis.process?.getBuiltinModule?.('node:assert/strict')
