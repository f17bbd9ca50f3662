declare const brand: unique symbol

/**
 * A type of its own made of another: an order's id that is no user's id, though both are texts. For the compiler only;
 * at run time it is the bare value.
 *
 * @example
 * type Sku = Brand<string, 'Sku'>
 * const sku = 'apple' as Sku
 * const text: string = sku // and not the other way round
 */
export type Brand<T, Name extends string> = T & Branded<Name>

/** What a {@link Brand} adds. Has a name, so that the compiler can write a branded type into your declarations. */
export interface Branded<Name extends string> {
  /** For the compiler; never there. */
  readonly [brand]: Name
}
