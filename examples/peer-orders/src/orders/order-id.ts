import { TypeID } from 'typeid-js'

const PATTERN = /^order_[0-7][0-9a-hjkmnp-tv-z]{25}$/

/** A new id of an order, such as `order_01jgfjjz00fcz9r7af5a76p38q`. */
export const newOrderId = (): string => new TypeID('order').toString()

/** Whether a text is the id of an order. */
export const isOrderId = (text: string): boolean => PATTERN.test(text)

/** The UUID that the database keeps of an id. */
export const uuidOf = (id: string): string => TypeID.fromString(id, 'order').toUUID()

/** The id of a UUID. */
export const orderIdOf = (uuid: string): string => TypeID.fromUUID('order', uuid).toString()
