/** Without what may be a secret in it; nothing, where it is no URL. */
export function withoutSecrets(url: unknown): string | undefined {
  const parsed = parse(url)
  return parsed && `${parsed.protocol}//${parsed.host}${parsed.pathname}`
}

export function hostOf(url: unknown): string | undefined {
  return parse(url)?.hostname
}

function parse(url: unknown): URL | undefined {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
}
