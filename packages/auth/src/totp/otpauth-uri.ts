import type { TotpSettings } from './totp-options.js'

/** What an authenticator app has to know. */
export interface OtpauthFacts extends Pick<TotpSettings, 'issuer' | 'algorithm' | 'digits' | 'period'> {
  readonly account: string
  readonly secret: string
}

/**
 * What is shown as a QR code: `otpauth://totp/Example%20Shop:ann%40example.com?secret=…&issuer=…`.
 *
 * @see Key Uri Format, of Google Authenticator
 */
export function otpauthUri({ issuer, account, secret, algorithm, digits, period }: OtpauthFacts): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  const facts = { secret, issuer, algorithm, digits, period: period / 1_000 }
  // Apps take a plus sign for one, so spaces must be %20.
  const query = Object.entries(facts).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `otpauth://totp/${label}?${query.join('&')}`
}
