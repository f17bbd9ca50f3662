import { characterClasses, ESCAPE } from './character-classes.js'

/** The text as JSON. */
export function quote(text: string): string {
  return (characterClasses(text) & ESCAPE) === 0 ? `"${text}"` : JSON.stringify(text)
}
