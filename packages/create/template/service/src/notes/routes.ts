import { NotFoundError } from '@base/core/errors'
import { parseUuid, uuidv7 } from '@base/core/id'
import { unwrap } from '@base/core/result'
import { parseJson } from '@base/core/schema'
import { Hono } from 'hono'
import { NoteInput, type Notes } from './note.ts'

/** `POST /`, `GET /:id` and `PUT /:id`. */
export function noteRoutes(notes: Notes): Hono {
  return new Hono()
    .post('/', async (c) => {
      const { text } = unwrap(await parseJson(NoteInput, await c.req.text()))
      const note = await notes.save({ id: uuidv7(), text, version: 0 })
      return c.json(note, 201, { location: `/notes/${note.id}` })
    })
    .get('/:id', async (c) => {
      const note = await notes.findById(idOf(c.req.param('id')))
      if (note === undefined) throw noSuchNote()
      return c.json(note)
    })
    .put('/:id', async (c) => {
      const { text } = unwrap(await parseJson(NoteInput, await c.req.text()))
      const note = await notes.getById(idOf(c.req.param('id')))
      return c.json(await notes.save({ ...note, text }))
    })
}

/** One text for each id: a database finds it in capitals too, and a cache would keep that as another note. */
function idOf(text: string): string {
  const id = parseUuid(text)
  if (!id.ok) throw noSuchNote()
  return id.value
}

function noSuchNote(): NotFoundError {
  return new NotFoundError({ message: 'There is no such note.' })
}
