import { NotFoundError } from '@base/core/errors'
import { parseUuid, uuidv7 } from '@base/core/id'
import { unwrap } from '@base/core/result'
import { parseJson } from '@base/core/schema'
import { type Context, Hono } from 'hono'
import { NoteInput, type Notes } from './note.ts'

/** `POST /`, `GET /:id` and `PUT /:id`. */
export function noteRoutes(notes: Notes): Hono {
  return new Hono()
    .post('/', async (c) => {
      const { text } = await inputOf(c)
      const note = await notes.save({ id: uuidv7(), text, version: 0 })
      return c.json(note, 201, { location: `/notes/${note.id}` })
    })
    .get('/:id', async (c) => {
      const note = await notes.findById(idOf(c.req.param('id')))
      if (note === undefined) throw noSuchNote()
      return c.json(note)
    })
    .put('/:id', async (c) => {
      const { text } = await inputOf(c)
      const note = await notes.getById(idOf(c.req.param('id')))
      return c.json(await notes.save({ ...note, text }))
    })
}

/** Its bytes are read as they are: as a text, what is no UTF-8 would be stored as other letters. */
async function inputOf({ req }: Context): Promise<NoteInput> {
  return unwrap(await parseJson(NoteInput, new Uint8Array(await req.arrayBuffer())))
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
