import { EQUALS, SPACE } from './character-classes.js'
import { CENSOR, type TextPattern } from './text-pattern.js'

/** A query writes a space as `%20`, a form as `+`. */
const GAP = '(?: |\\+|%20)'
/** `RSA PRIVATE KEY`, `OPENSSH PRIVATE KEY`, `PGP PRIVATE KEY BLOCK`. */
const LABEL = `(?:[\\w.]{1,32}${GAP}){0,4}PRIVATE${GAP}KEY(?:${GAP}BLOCK)?`
/** Of one that is cut, all that follows: nothing in it tells where it ends. */
const KEY = new RegExp(`-----BEGIN${GAP}${LABEL}-----[^]*?(?:-----END${GAP}${LABEL}-----|$)`, 'g')

/** A private key as PEM or OpenPGP's armour (RFC 7468, RFC 9580), whatever ends its lines; a public key and a certificate are none. */
export const PRIVATE_KEY: TextPattern = {
  needs: SPACE | EQUALS,
  minLength: 27,
  hide: (text) => (text.includes('-----BEGIN') ? text.replace(KEY, CENSOR) : text),
}
