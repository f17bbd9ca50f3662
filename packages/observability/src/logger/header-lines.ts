import { ESCAPE } from './character-classes.js'
import type { TextPattern } from './text-pattern.js'

/** A field of a head of HTTP, with the lines that continue it. */
const FIELD = /^([!#$%&'*+.^`|~\w-]{1,128}):[^\r\n]*(?:\r\n[ \t][^\r\n]*)*/gm

/** A head of HTTP as it was sent, as requests of node:http keep it: of its fields those whose names are hidden. */
export const HEADER_LINES: TextPattern = {
  needs: ESCAPE,
  minLength: 5,
  hide: (text, censor, hides) =>
    text.includes('\r\n')
      ? text.replace(FIELD, (field, name: string) => (hides(name) ? `${name}: ${censor}` : field))
      : text,
}
