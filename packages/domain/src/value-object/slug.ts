import type { ValidationError } from '@base/core/errors'
import { ok, type Result } from '@base/core/result'
import { refused } from './refused.js'
import { TextValue } from './text-value.js'

const MAX_LENGTH = 200
const FORM = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

/** Letters that no Unicode decomposition brings to ASCII. */
const SPELLED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ħ: 'h',
  ŋ: 'ng',
  ŧ: 't',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
}

/**
 * A part of a URL for people: lower-case letters, digits and single dashes between them, up to 200 characters.
 *
 * @example
 * const slug = Slug.fromTitle('Crème brûlée, für Anfänger!')
 * if (slug.ok) slug.value.value // 'creme-brulee-fur-anfanger'
 */
export class Slug extends TextValue {
  /** Reads a slug; it must be one already. */
  static parse(text: string): Result<Slug, ValidationError> {
    const valid = typeof text === 'string' && text.length <= MAX_LENGTH && FORM.test(text)
    return valid
      ? ok(new Slug(text))
      : refused('slug', `must be lower-case letters, digits and dashes, up to ${MAX_LENGTH}`)
  }

  /**
   * Makes a slug of a title: accents dropped, everything else that is no letter or digit a dash, cut at a word. Refused
   * where nothing is left, as of a title in another script.
   */
  static fromTitle(title: string): Result<Slug, ValidationError> {
    const ascii = (typeof title === 'string' ? title : '')
      .slice(0, 10 * MAX_LENGTH)
      .toLowerCase()
      // Letters such as those of mathematics have no lower case before; a sign such as ™ is none, and becomes a dash.
      .replace(/\p{L}+/gu, (letters) => letters.normalize('NFKD').toLowerCase())
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .replace(/[^\p{ASCII}]/gu, (letter) => SPELLED[letter] ?? letter)
    const words = ascii.split(/[^a-z0-9]+/).filter((word) => word !== '')
    return Slug.parse(cutAtWord(words.join('-')))
  }
}

function cutAtWord(text: string): string {
  if (text.length <= MAX_LENGTH) return text
  const cut = text.lastIndexOf('-', MAX_LENGTH)
  return text.slice(0, cut > 0 ? cut : MAX_LENGTH)
}
