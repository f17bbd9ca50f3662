/** Connections on which BEGIN and a statement are under way: that is in a transaction, of which `pg` hears only when it has ended. */
export const beginning: WeakSet<object> = /* @__PURE__ */ new WeakSet()
