/** Turns entities into what is kept, and back. */
export interface EntityMapper<T, Row = unknown> {
  /**
   * Makes an entity of a kept row; called at every read. Where the entity cannot be written to, being frozen or having
   * private fields behind getters, the repository writes the version, and what it tracks, to the row, under the names of
   * the entity's properties. A version that is lost is refused, and the time of a deletion; another time that is lost, or one
   * that is rounded, is not.
   */
  readonly toDomain: (row: Row) => T
  /** Makes a row of plain data of an entity; called at every save. */
  readonly toRow: (entity: T) => Row
}
