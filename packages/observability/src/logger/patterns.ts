import { hideCardNumbers } from './card-number.js'
import { ANYTHING, AT, DIGIT, DOT, SPACE } from './character-classes.js'
import { hideCpf } from './cpf.js'
import type { KeyRules } from './key-rules.js'
import { PRIVATE_KEY } from './private-key.js'
import { CENSOR, type TextPattern } from './text-pattern.js'
import { urlSecrets } from './url-secrets.js'

/** Secrets that are recognised in any text by their form. */
export type RedactPattern = 'private-key' | 'bearer' | 'jwt' | 'url' | 'pan' | 'email' | 'cpf' | 'ssn'

const BEARER = /\b(bearer\s+)[\w.~+/-]+=*/gi
const BASIC = /\b(basic\s+)([A-Za-z0-9+/]{4,}=*)/gi
/** What `atob` takes: an error for each word behind `basic` costs as much as a line. */
const BASE64 = /^(?:[^=]{4})*(?:[^=]{2,3}|[^=]{2}==|[^=]{3}=)?$/
// Also passes over a header that nothing follows, or a text full of `eyJ` would take its length squared.
const JWT = /eyJ[\w-]{5,}\.[\w-]*(?:\.[\w-]*)*|eyJ[\w-]*/g
const EMAIL = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g
const SSN = /(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g

/** All that stand ready, by name; parameters of URLs are hidden by their keys as well. */
export function textPatterns(hides: KeyRules): Readonly<Record<RedactPattern, TextPattern>> {
  return {
    'private-key': PRIVATE_KEY,
    bearer: {
      needs: SPACE,
      minLength: 7,
      hide: (text) => (/(?:bearer|basic)\s/i.test(text) ? hideCredentials(text) : text),
    },
    jwt: {
      needs: DOT,
      minLength: 10,
      hide: (text) =>
        text.includes('eyJ') ? text.replace(JWT, (found) => (found.includes('.') ? CENSOR : found)) : text,
    },
    url: urlSecrets(hides),
    pan: { needs: DIGIT, minLength: 13, hide: hideCardNumbers },
    email: {
      needs: AT,
      minLength: 5,
      // A long text is not known to have one, and the expression tries each of its words.
      hide: (text) => (text.includes('@') ? text.replace(EMAIL, CENSOR) : text),
    },
    cpf: { needs: DIGIT, minLength: 11, hide: hideCpf },
    ssn: { needs: DIGIT, minLength: 11, hide: (text) => text.replace(SSN, CENSOR) },
  }
}

/** Those that hold unless `defaults` is false. */
export const DEFAULT_PATTERNS: readonly RedactPattern[] = ['private-key', 'bearer', 'jwt', 'url', 'pan']

/** A pattern of the user's own. */
export function ownPattern(expression: RegExp): TextPattern {
  const everywhere = new RegExp(expression.source, `${expression.flags.replace(/[gy]/g, '')}g`)
  return {
    needs: ANYTHING,
    minLength: 0,
    hide: (text) => text.replace(everywhere, (found) => (found === '' ? '' : CENSOR)),
  }
}

/** What follows the name of a scheme of HTTP: any word after `Bearer`, but after `Basic`, a common word, only a user's password. */
function hideCredentials(text: string): string {
  return text
    .replace(BEARER, (_, scheme: string) => scheme + CENSOR)
    .replace(BASIC, (found: string, scheme: string, token: string) =>
      isUserPassword(token) ? scheme + CENSOR : found,
    )
}

function isUserPassword(base64: string): boolean {
  return BASE64.test(base64) && atob(base64).includes(':')
}
