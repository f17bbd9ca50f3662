import { ESCAPE } from './character-classes.js'
import type { KeyRules } from './key-rules.js'
import { CENSOR, type TextPattern } from './text-pattern.js'

/** A field of a head of HTTP, with the lines that continue it. */
const FIELD = /^([!#$%&'*+.^`|~\w-]{1,128}):[^\r\n]*(?:\r\n[ \t][^\r\n]*)*/gm

/** A head of HTTP as it was sent, as requests of node:http keep it: of its fields those whose names are hidden. */
export function headerLines(hides: KeyRules): TextPattern {
  return {
    needs: ESCAPE,
    minLength: 5,
    hide: (text) =>
      text.includes('\r\n')
        ? text.replace(FIELD, (field, name: string) => (hides(name) ? `${name}: ${CENSOR}` : field))
        : text,
  }
}
