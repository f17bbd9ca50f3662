import { toPublicText } from './public-text.js'

/** A line of a stack, as JavaScript and Java write it. */
const FRAMES = /\n[ \t]+at .*[(:].*/g

/** A text that is shown to a caller: a public one without the lines of a stack. */
export function toShownText(text: string): string {
  return toPublicText(text.replace(FRAMES, ''))
}
